"""The pages: one item with its choices, and the verdict at the end. They work without a script, a mouse or a request to anywhere else."""

from __future__ import annotations

import base64
import functools
import hashlib
import struct
from importlib.resources import files
from typing import TYPE_CHECKING

from nohero.labelling.media import THUMBNAIL, Unshowable, has_picture, has_sound, picture
from nohero.labelling.sheet import KEYS, answers_of
from nohero.labelling.verdict import kappa_text, sentence, verdict_of
from nohero.report.numbers import count, duration, with_interval
from nohero.report.untrusted import html_block, html_line

if TYPE_CHECKING:
    from nohero.labelling.answers import Answers
    from nohero.labelling.sheet import Sheet
    from nohero.labelling.verdict import Verdict

MOST_LETTERS = 20_000  # of one text or cell
FEW_LETTERS = 600  # of one beside its two labels
MOST_DIFFERING = 100  # items shown at the end; the file of the verdict names all
MOST_CONFUSIONS = 12
SMALL = 200  # pixels: a picture no larger is shown in its squares


@functools.cache
def style() -> str:
    """The style that stands in every page."""
    return files("nohero.labelling").joinpath("style.css").read_text(encoding="utf-8")


@functools.cache
def script() -> str:
    """The keys."""
    return files("nohero.labelling").joinpath("keys.js").read_text(encoding="utf-8")


@functools.cache
def policy() -> str:
    """Nothing but what this server gives, and this one style."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; script-src 'self'; img-src 'self' data:; media-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def item_page(sheet: Sheet, answers: Answers, number: int) -> str:
    """Item `number` of the sheet, without its given label and without its name, which may tell it."""
    size, done = len(sheet), answers.num_answered()
    pressed = answers.of(number) if answers.answered(number) else ""
    buttons = [_button(str(i), KEYS[i] if i < len(KEYS) else "", name, pressed=answers.answered(number) and pressed == name) for i, name in enumerate(sheet.classes)]
    buttons.append(_button("u", "u", "cannot tell", pressed=answers.answered(number) and pressed is None))
    each = answers.seconds_each()
    left = f" · about {duration(each * (size - done))} left" if each is not None and done < size else ""
    back = f'<a class="button" rel="prev" data-key="ArrowLeft" href="{number - 1}"><kbd>←</kbd> back</a>' if number > 1 else ""
    on = f'<a class="button" rel="next" data-key="ArrowRight" href="{number + 1}">on <kbd>→</kbd></a>' if number < size else ""
    body = (
        f'<header><h1>{html_line(sheet.collection.name)}</h1><p class="quiet">item {number:,} of {size:,} · {done:,} labelled{left}</p></header>'
        f'<progress value="{done}" max="{size}" aria-label="{done} of {size} labelled"></progress>'
        f'<main><div class="item">{shown(sheet, number)}</div>'
        f'<form method="post" action="../answer/{number}"><fieldset><legend>{_question(sheet)}</legend>{"".join(buttons)}</fieldset></form>'
        f'<nav>{back}{on}<a class="button end" href="../end">Finish</a></nav></main>'
    )
    return _page(f"{number} of {size}", body, above="../")


def end_page(sheet: Sheet, answers: Answers) -> str:
    """How many are answered; nothing is told of the given labels yet."""
    size, done = len(sheet), answers.num_answered()
    said = f"All {size:,} items are labelled." if done == size else f"{done:,} of {size:,} items are labelled."
    back = answers.open_after(0) or size
    body = (
        f'<header><h1>{html_line(sheet.collection.name)}</h1></header><main><p class="large">{said}</p>'
        "<p>Finish compares them with the given labels. After that none of these answers can be changed.</p>"
        f'<nav><a class="button" data-key="ArrowLeft" href="item/{back}"><kbd>←</kbd> back</a>'
        '<form method="post" action="finish"><button>Finish</button></form></nav></main>'
    )
    return _page("the end", body, above="")


def verdict_page(sheet: Sheet, answers: Answers) -> str:
    """How far both agree, and every item where they do not; it needs the server no more."""
    verdict = verdict_of(sheet, answers)
    said = sentence(verdict).removeprefix("human: ")
    body = (
        f'<header><h1>{html_line(sheet.collection.name)}</h1></header><main><p class="large">{html_line(said[:1].upper() + said[1:])}.</p>'
        f"{_numbers(verdict)}{_differing(sheet, verdict)}{_confusions(verdict)}"
        '<p class="quiet">The labels are kept. This page can be closed.</p></main>'
    )
    return _page("your labels", body, above=None)


def shown(sheet: Sheet, number: int) -> str:
    """What there is to see of an item."""
    collection, row = sheet.collection, sheet.rows[number - 1]
    parts = []
    if has_picture(collection):
        parts.append(_picture(sheet, number))
    elif has_sound(collection):
        parts.append(f'<audio controls autoplay src="../sound/{number}"></audio>')
    elif collection.texts is not None and not collection.beside:
        parts.append(f"<pre>{_cut(collection.texts[row], MOST_LETTERS)}</pre>")
    return "".join(parts) or fields(sheet, row, MOST_LETTERS) or '<p class="fault">There is nothing that may be shown of this item.</p>'


def fields(sheet: Sheet, row: int, letters: int) -> str:
    """The row's fields by name."""
    cells = [(name, answers_of(sheet.collection.frame[name][row : row + 1])[0]) for name in sheet.shown]
    return f"<dl>{''.join(f'<dt>{html_line(name)}</dt><dd>{_cut(cell, letters)}</dd>' for name, cell in cells)}</dl>" if cells else ""


def _picture(sheet: Sheet, number: int) -> str:
    """The picture by its number; where it cannot be read, the reason."""
    try:
        data = picture(sheet.collection, sheet.rows[number - 1])
    except Unshowable as why:
        return f'<p class="fault">This picture cannot be shown: {html_line(why)}</p>'
    small = ' class="small"' if max(struct.unpack(">II", data[16:24])) <= SMALL else ""  # width and height stand there in every PNG
    return f'<img{small} src="../picture/{number}" alt="picture {number}">'


def _cut(text: object, letters: int) -> str:
    if text is None:
        return '<span class="quiet">missing</span>'
    said = str(text)
    more = f'<span class="quiet"> and {count(len(said) - letters, "more letter")}</span>' if len(said) > letters else ""
    return html_block(said[:letters]) + more


def _question(sheet: Sheet) -> str:
    return html_line(sheet.collection.label) or "What is it?"


def _button(value: str, key: str, name: str, *, pressed: bool) -> str:
    mark = f"<kbd>{key}</kbd>" if key else ""
    keyed = f' data-key="{key}"' if key else ""
    return f'<button name="answer" value="{value}"{keyed} aria-pressed="{"true" if pressed else "false"}">{mark}<span>{html_line(name) or "(empty)"}</span></button>'


def _numbers(verdict: Verdict) -> str:
    pair, rows = verdict.pair, [("labelled", f"{verdict.answered:,} of {verdict.asked:,}")]
    if verdict.cannot_tell:
        rows.append(("could not be told", f"{verdict.cannot_tell:,}"))
    if pair.share.of:
        rows += [("same as given", f"{with_interval(pair.share.value, pair.share.low, pair.share.high)} (95 % interval)"), ("Cohen's kappa", kappa_text(pair))]
        rows += [(f"given as {name}", f"{share.hits:,} of {share.of:,} confirmed") for name, share in pair.by_class]
    return f"<dl>{''.join(f'<dt>{html_line(name)}</dt><dd>{html_line(value)}</dd>' for name, value in rows)}</dl>"


def _differing(sheet: Sheet, verdict: Verdict) -> str:
    if not verdict.differing:
        return ""
    parts = []
    for number, (item, given, own) in list(zip(verdict.numbers, verdict.differing, strict=True))[:MOST_DIFFERING]:
        row = sheet.rows[number - 1]
        parts.append(
            f'<li>{_thumbnail(sheet, row)}<div>given <b>{html_line(given)}</b></div><div>yours <b>{html_line(own)}</b></div><div class="quiet">{html_line(item)}</div></li>'
        )
    more = len(verdict.differing) - len(parts)
    left = f'<p class="quiet">and {count(more, "more item")}</p>' if more > 0 else ""
    return f'<h2>Where both differ</h2><ul class="pairs">{"".join(parts)}</ul>{left}'


def _thumbnail(sheet: Sheet, row: int) -> str:
    """A picture inside of the page, or as much of the text as tells the item."""
    collection = sheet.collection
    if has_picture(collection):
        try:
            data = base64.b64encode(picture(collection, row, THUMBNAIL)).decode()
        except Unshowable as why:
            return f'<p class="fault">{html_line(why)}</p>'
        return f'<img src="data:image/png;base64,{data}" alt="">'
    if has_sound(collection):
        return ""
    text = collection.texts[row] if collection.texts is not None and not collection.beside else None
    inner = _cut(text, FEW_LETTERS) if text is not None else fields(sheet, row, FEW_LETTERS // 4)
    return f'<div class="text">{inner}</div>'


def _confusions(verdict: Verdict) -> str:
    found = verdict.pair.confusions[:MOST_CONFUSIONS]
    if not found:
        return ""
    rows = "".join(f'<tr><td>{html_line(a)}</td><td>{html_line(b)}</td><td class="n">{n:,}</td></tr>' for a, b, n in found)
    return f'<h2>What was taken for what</h2><div class="scroll"><table><thead><tr><th>given</th><th>yours</th><th>items</th></tr></thead><tbody>{rows}</tbody></table></div>'


def _page(title: str, body: str, *, above: str | None) -> str:
    keys = "" if above is None else f'<script src="{above}keys.js" defer></script>'
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}: nohero label</title>\n<style>{style()}</style>\n{keys}</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
