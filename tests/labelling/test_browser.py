"""A browser labels ten items by its keys alone."""

from __future__ import annotations

import re
import subprocess

import pytest

from labelling.visitor import Browser, browser, desk_for

pytestmark = pytest.mark.skipif(browser() is None, reason="there is no chromium or google-chrome here")


def test_ten_items_by_keys_a_reload_and_the_end(tmp_path):
    with desk_for(tmp_path / "a.jsonl") as desk, Browser(tmp_path / "profile") as seen:
        seen.go(desk.address)
        for number in range(1, 11):
            seen.wait(f"location.pathname.endsWith('/item/{number}')")
            key = "1" if "miaow" in seen.value("document.querySelector('.item').innerText") else "2"
            if number == 5:
                seen.call("Page.reload")
                seen.wait("location.pathname.endsWith('/item/5')")
                seen.press("ArrowLeft", 37)
                seen.wait("location.pathname.endsWith('/item/4')")
                assert seen.value("document.querySelectorAll('[aria-pressed=true]').length") == 1
                seen.press("ArrowRight", 39)
                seen.wait("location.pathname.endsWith('/item/5')")
            seen.press(key if number < 10 else "u")
        seen.wait("document.body.innerText.includes('All 10 items are labelled')")
        assert desk.answers.num_answered() == 10
        while seen.value("document.activeElement.innerText") != "Finish":  # without a mouse
            seen.press("Tab", 9)
        seen.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", text="\r", windowsVirtualKeyCode=13)
        seen.wait("document.body.innerText.includes('Where both differ')")
        said = seen.value("document.body.innerText")
        wrong = sum(int(desk.sheet.item(k).split()[1]) % 5 == 1 for k in range(1, 10))
        assert f"{9 - wrong} of 9 given labels confirmed" in said
        assert said.count("yours dog") + said.count("yours cat") == wrong
        assert desk.finished.wait(5)


@pytest.mark.parametrize("width", [340, 1300])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_read(tmp_path, width, scheme):
    with desk_for(tmp_path / "a.jsonl") as desk, Browser(tmp_path / "profile") as seen:
        seen.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        seen.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        seen.go(desk.address)
        seen.wait("location.pathname.endsWith('/item/1')")
        assert seen.value("document.documentElement.scrollWidth") <= width
        assert seen.value("[...document.querySelectorAll('button')].every(b => b.getBoundingClientRect().height >= 44)")
        ink, paper = (sum(map(int, re.findall(r"\d+", seen.value(f"getComputedStyle(document.body).{name}"))[:3])) for name in ("color", "backgroundColor"))
        assert (ink < 200 and paper > 600) if scheme == "light" else (ink > 600 and paper < 200)


def test_it_is_a_page_without_the_script_too(tmp_path):
    with desk_for(tmp_path / "a.jsonl") as desk:
        command = [browser(), "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'p'}", "--virtual-time-budget=2000", "--dump-dom", desk.address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout.count('name="answer"') == 3
        assert 'method="post"' in done.stdout
