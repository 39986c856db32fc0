"""The desk where a person labels: a server on this machine alone, whose every address begins with a secret and which never names a path.

It answers to 127.0.0.1 only, to requests that name it so, and to those that carry the token. Nothing else on the machine or on the
web can read an item or write an answer, and a page of another site cannot either, whatever its name resolves to.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from nohero.labelling.media import Unshowable, has_picture, has_sound, picture, sound
from nohero.labelling.pages import end_page, item_page, policy, script, verdict_page

if TYPE_CHECKING:
    from nohero.labelling.answers import Answers
    from nohero.labelling.sheet import Sheet

HOST = "127.0.0.1"
MOST_BODY = 1000  # bytes of a form
PATIENCE = 20.0  # seconds for a request to arrive
AWAY = 300.0  # seconds after which a person was not thinking but away
PLACE = re.compile(r"/([A-Za-z0-9_-]{20,80})/(?:(item|picture|sound|answer)/([1-9][0-9]{0,8})|(keys\.js|end|finish)?)")


class Desk:
    """One sheet, one person, one port."""

    def __init__(self, sheet: Sheet, answers: Answers) -> None:
        """Listen, on a port that is free."""
        self.sheet, self.answers = sheet, answers
        self.token = secrets.token_urlsafe(24)
        self.finished = threading.Event()
        self.asked: dict[int, float] = {}  # number -> when its page was given
        self._server = ThreadingHTTPServer((HOST, 0), type("Bound", (_Handler,), {"desk": self}))
        self._server.daemon_threads = True
        self.authority = f"{HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def address(self) -> str:
        """What is to be opened in a browser."""
        return f"http://{self.authority}/{self.token}/"

    def __enter__(self) -> Desk:  # noqa: PYI034 (no class inherits from it)
        """Serve until the end of the block."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Handler(BaseHTTPRequestHandler):
    desk: Desk
    timeout = PATIENCE

    def do_GET(self) -> None:
        """Pages, pictures, sounds and the keys."""
        if (place := self._place()) is None:
            return
        kind, number = place
        desk = self.desk
        if kind == "":
            self._first()
        elif kind == "keys.js":
            self._give(script().encode(), "text/javascript; charset=utf-8")
        elif kind in ("item", "end") and desk.finished.is_set():
            self._refuse(HTTPStatus.GONE, "this sitting is finished")
        elif kind == "item":
            desk.asked[number] = time.monotonic()
            self._page(item_page(desk.sheet, desk.answers, number))
        elif kind == "end":
            self._page(end_page(desk.sheet, desk.answers))
        elif kind in ("picture", "sound"):
            self._media(kind, desk.sheet.rows[number - 1])
        else:
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "this is a form's address")

    def do_POST(self) -> None:
        """An answer, or the end."""
        if (place := self._place()) is None:
            return
        kind, number = place
        size = self.headers.get("Content-Length", "0")
        if not size.isascii() or not size.isdigit() or int(size) > MOST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "a form is short")
            return
        form = parse_qs(self.rfile.read(int(size)).decode("utf-8", errors="replace"), max_num_fields=5)
        if kind == "answer":
            self._answer(number, form.get("answer", [""])[0])
        elif kind == "finish":
            self._finish()
        else:
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "nothing is written here")

    def _first(self) -> None:
        desk = self.desk
        number = desk.answers.open_after(0)
        self._go("end" if number is None else f"item/{number}")

    def _answer(self, number: int, word: str) -> None:
        desk = self.desk
        if word != "u" and not (re.fullmatch(r"[0-9]{1,4}", word) and int(word) < len(desk.sheet.classes)):
            self._refuse(HTTPStatus.BAD_REQUEST, "no such answer")
            return
        began = desk.asked.pop(number, None)
        took = None if began is None else time.monotonic() - began
        answer = None if word == "u" else desk.sheet.classes[int(word)]
        if not desk.answers.put(desk.sheet.item(number), answer, took if took is not None and took < AWAY else None):
            self._refuse(HTTPStatus.CONFLICT, "this item was answered before its given label was seen, so its answer stays")
            return
        following = desk.answers.open_after(number)
        self._go(f"../item/{following}" if following is not None else "../end")

    def _finish(self) -> None:
        desk = self.desk
        if not desk.finished.is_set():
            desk.answers.finish()
        try:
            self._page(verdict_page(desk.sheet, desk.answers))
        finally:
            desk.finished.set()

    def _media(self, kind: str, row: int) -> None:
        collection = self.desk.sheet.collection
        try:
            if kind == "picture" and has_picture(collection):
                self._give(picture(collection, row), "image/png")
            elif kind == "sound" and has_sound(collection):
                self._give(*sound(collection, row))
            else:
                self._refuse(HTTPStatus.NOT_FOUND, f"the items have no {kind}")
        except Unshowable as why:
            self._refuse(HTTPStatus.NOT_FOUND, str(why))

    def _place(self) -> tuple[str, int] | None:
        """What is asked for, if it may be: from this machine by this name, from this site, with the token."""
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site", "same-origin")
        own = self.headers.get_all("Host") == [self.desk.authority] and origin in (None, f"http://{self.desk.authority}") and site in ("same-origin", "none")
        found = PLACE.fullmatch(self.path)
        if not own or found is None or not hmac.compare_digest(found[1], self.desk.token):
            self._refuse(HTTPStatus.FORBIDDEN, "not yours: paste the address that the terminal shows into your browser")
            return None
        number = int(found[3] or 0)
        if found[2] and number > len(self.desk.sheet):
            self._refuse(HTTPStatus.NOT_FOUND, "no such item")
            return None
        return found[2] or found[4] or "", number

    def _page(self, text: str) -> None:
        self._give(text.encode(), "text/html; charset=utf-8")

    def _go(self, where: str) -> None:
        self._head(HTTPStatus.SEE_OTHER, {"Location": where, "Content-Length": "0"})

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True  # what is left of the request is not read
        self._give(f"{why}\n".encode(), "text/plain; charset=utf-8", status)

    def _give(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._head(status, {"Content-Type": kind, "Content-Length": str(len(content))})
        self.wfile.write(content)

    def _head(self, status: HTTPStatus, more: dict[str, str]) -> None:
        self.send_response(status)
        always = {
            "Content-Security-Policy": policy(), "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY",
        }  # fmt: skip
        for name, value in {**more, **always}.items():
            self.send_header(name, value)
        self.end_headers()

    def version_string(self) -> str:
        """Nothing of the machine."""
        return "nohero"

    def log_message(self, *_: Any) -> None:
        """Nothing: the addresses hold the token."""
