"""A visitor of the desk by plain HTTP, and a browser whose keys are pressed through a pipe."""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time

import polars as pl

from nohero.labelling.answers import Answers
from nohero.labelling.desk import Desk
from nohero.labelling.sheet import make_sheet
from nohero.sources.collection import Collection

THROUGH = """
import os, sys
one, two = os.dup(int(sys.argv[1])), os.dup(int(sys.argv[2]))
while min(one, two) < 5:
    one, two = os.dup(one), os.dup(two)
os.dup2(one, 3), os.dup2(two, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def words(size=30):
    """Rows whose right class can be read from a field, given wrongly for every fifth row."""
    right = ["cat" if i % 2 else "dog" for i in range(size)]
    given = [("dog" if r == "cat" else "cat") if i % 5 == 0 else r for i, r in enumerate(right)]
    frame = pl.DataFrame({"says": ["miaow" if r == "cat" else "<b>wuff</b> & 'co'" for r in right], "kind": given, "size": range(size)})
    return Collection(name="pets <script>", source="pets", kind="row", frame=frame, items=tuple(f"row {i + 1}" for i in range(size)), label="kind", sha256="x")


def desk_for(path, collection=None, number=10, **more):
    sheet = make_sheet(collection or words(), number=number, seed=3, **more)
    return Desk(sheet, Answers(path, sheet))


class Visitor:
    """Requests to one desk."""

    def __init__(self, desk):
        self.desk = desk

    def ask(self, path, method="GET", body=None, headers=None, *, token=None):
        host, port = self.desk.authority.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        more = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        connection.request(method, f"/{self.desk.token if token is None else token}/{path}", body, {**more, **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def page(self, number):
        answer, content = self.ask(f"item/{number}")
        assert answer.status == 200, content
        return content.decode()

    def answer(self, number, word):
        answer, _ = self.ask(f"answer/{number}", "POST", f"answer={word}")
        return answer.status, answer.headers.get("Location")

    def finish(self):
        answer, content = self.ask("finish", "POST", "")
        assert answer.status == 200
        return content.decode()


def button_of(page, name):
    """The value of the button that says `name`."""
    return re.search(rf'name="answer" value="([^"]+)"[^>]*>(?:<kbd>.</kbd>)?<span>{name}</span>', page)[1]


def browser():
    """The path of a browser that can be driven, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


class Browser:
    """Headless Chromium, driven by JSON through file descriptors 3 and 4."""

    def __init__(self, folder, *, width=900, height=900):
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        command = [
            sys.executable, "-c", THROUGH, str(theirs_in), str(theirs_out), browser(), "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
            "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage", f"--window-size={width},{height}", f"--user-data-dir={folder}", "about:blank",
        ]  # fmt: skip
        self._process = subprocess.Popen(command, pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer, self._number, self._session = b"", 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._out)
        self._process.terminate()
        self._process.wait(timeout=20)
        os.close(self._in)

    def call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters} | ({"sessionId": self._session} if self._session else {})
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, heard
                return heard["result"]

    def _hear(self, seconds=60):
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], seconds)
            assert ready, "the browser says nothing"
            read = os.read(self._in, 1 << 20)
            assert read, "the browser has gone"
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait(self, expression, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.value(f"document.readyState === 'complete' && ({expression})"):
                return
            time.sleep(0.03)
        raise AssertionError(f"{expression} did not come true: {self.value('document.body.innerText')}")

    def go(self, address):
        self.call("Page.navigate", url=address)
        self.wait(f"location.href.startsWith({json.dumps(address.rsplit('/', 1)[0])})")

    def press(self, key, code=0):
        text = {"text": key} if len(key) == 1 else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code or ord(key[0].upper()), **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code or ord(key[0].upper()))
