"""An authority on loopback that hands out tokens, or misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

Form = dict[str, str]
Answer = dict[str, Any] | tuple[int, bytes] | Callable[[Form], dict[str, Any]]
CODE: dict[str, Any] = {
    "device_code": "canary-device",
    "user_code": "ABCD-EFGH",
    "verification_uri": "https://login.example/device",
    "expires_in": 900,
    "interval": 5,
}
DRIP = (0, b"")  # an answer that never ends


def tokens(number: int = 1, *, rotated: bool = True, seconds: int = 3600) -> dict[str, Any]:
    """A good answer; `rotated`: with a new refresh token."""
    fresh = {"refresh_token": f"canary-refresh-{number}"} if rotated else {}
    return {"token_type": "Bearer", "access_token": f"canary-access-{number}", "expires_in": seconds, **fresh}


def error(name: str, words: str = "") -> dict[str, Any]:
    """A no (RFC 6749 §5.2)."""
    return {"error": name, "error_description": words}


class FakeAuthority:
    """Answers /…devicecode with `code`, and questions for tokens one by one from `answers`; the last is repeated."""

    def __init__(self, *answers: Answer, code: Answer | None = None) -> None:
        self.answers = list(answers)
        self.code: Answer = CODE if code is None else code
        self.forms: list[Form] = []  # of the questions for tokens
        self.asked: list[str] = []  # every path
        self._ended = threading.Event()
        self._turn = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._answer(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.02))

    @property
    def origin(self) -> str:
        """As [oauth] authority."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Starts it."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, talk: BaseHTTPRequestHandler) -> None:
        form = dict(parse_qsl(talk.rfile.read(int(talk.headers["Content-Length"])).decode()))
        with self._turn:
            self.asked.append(talk.path)
            answer = self.code
            if not talk.path.endswith("/devicecode"):
                self.forms.append(form)
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        with suppress(OSError):  # the client has gone
            if answer == DRIP:
                self._drip(talk)
            else:
                _say(talk, answer(form) if callable(answer) else answer)

    def _drip(self, talk: BaseHTTPRequestHandler) -> None:
        talk.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
        while not self._ended.wait(0.02):
            talk.wfile.write(b"x")


def _say(talk: BaseHTTPRequestHandler, answer: dict[str, Any] | tuple[int, bytes]) -> None:
    status, raw = (
        (400 if "error" in answer else 200, json.dumps(answer).encode()) if isinstance(answer, dict) else answer
    )
    talk.send_response(status)
    if status in (301, 302, 307):
        talk.send_header("Location", raw.decode())
    talk.send_header("Content-Length", str(len(raw)))
    talk.end_headers()
    talk.wfile.write(raw)


class Rotating:
    """Refresh tokens that count once: who uses one again gets nothing any more."""

    def __init__(self) -> None:
        self.number = 1
        self._turn = threading.Lock()

    def __call__(self, form: Form) -> dict[str, Any]:
        with self._turn:
            if form.get("refresh_token") != f"canary-refresh-{self.number}":
                return error("invalid_grant", "the token was used before")
            self.number += 1
            return tokens(self.number)
