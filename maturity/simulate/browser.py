"""A browser on a bad line: keeps cookies, follows redirects, sends again what got no answer.

All doors of the application may be knocked at twice: what was sent again after a broken line
must not count twice. So this client never asks itself whether a request had arrived.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from maturity.simulate.forms import Form, Page, page_of

TRIES, WAIT = 60, 0.5
TIMEOUT = 90


class GaveUpError(RuntimeError):
    """No answer, however often it was asked."""


@dataclass
class Line:
    """How bad the line is: the share of requests whose answer never arrives."""

    dropped: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    broken: int = 0
    sent: int = 0

    def breaks(self) -> bool:
        """Whether this request's answer gets lost."""
        return self.dropped > 0 and self.chance.random() < self.dropped


@dataclass(frozen=True)
class Upload:
    """A file in a form."""

    name: str
    body: bytes
    kind: str = "application/octet-stream"


class Browser:
    """One person's browser."""

    def __init__(self, port: int, line: Line, address: str = "") -> None:
        self.port, self.line, self.address = port, line, address
        self.cookies: dict[str, str] = {}
        self._token = ""
        self._connection = self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def close(self) -> None:
        """Close the window."""
        self._connection.close()

    # --- asking -----------------------------------------------------------------------

    def get(self, path: str) -> Page:
        """Open a page."""
        return self._follow("GET", path, b"", {})

    def download(self, path: str) -> bytes:
        """Fetch a file; GaveUpError unless it is there."""
        status, _headers, body = self.ask("GET", path, b"", {})
        if status != 200:
            raise GaveUpError(f"GET {path}: {status}")
        return body

    def send(self, form: Form, files: Mapping[str, Upload] | None = None) -> Page:
        """Press the button of a form."""
        pairs = [(name, value) for name, values in form.values.items() for value in values]
        if files:
            body, kind = _multipart(pairs, files)
        else:
            body, kind = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        return self._follow("POST", form.action, body, {"Content-Type": kind})

    def put(self, path: str, data: Mapping[str, object]) -> tuple[int, dict[str, object]]:
        """Send what a script sends; status and reply."""
        if not self._token:
            _, _, body = self.ask("GET", "/form-token", b"", {"Accept": "application/json"})
            self._token = str(json.loads(body)["token"])
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-CSRFToken": self._token,
        }
        status, _, body = self.ask("PUT", path, json.dumps(data).encode(), headers)
        return status, json.loads(body)

    def _follow(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Page:
        for _ in range(8):
            status, got, text = self.ask(method, path, body, headers)
            if status not in (301, 302, 303):
                return page_of(status, path, text.decode("utf-8", "replace"))
            where = urlsplit(got.get("Location", "/"))
            path = where.path + (f"?{where.query}" if where.query else "")
            method, body, headers = "GET", b"", {}
        raise GaveUpError(f"{path}: redirected without end")

    def ask(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of the answer; asks again while there is none."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        every = {**headers, "Cookie": cookie} if cookie else dict(headers)
        if self.address:
            every["X-Forwarded-For"] = self.address
        for attempt in range(TRIES):
            try:
                return self._once(method, path.partition("#")[0], body, every)
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self._connection = self._connect()
                if attempt:
                    time.sleep(min(WAIT * attempt, 3.0))
        raise GaveUpError(f"{method} {path}")

    def _once(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        self.line.sent += 1
        self._connection.request(method, path, body, headers)
        if self.line.breaks():
            self.line.broken += 1
            self._wait_until_it_arrived()
            raise ConnectionResetError
        answer = self._connection.getresponse()
        got = answer.read()
        for one in answer.headers.get_all("Set-Cookie", []):
            name, _, value = one.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status in (502, 503, 504):
            raise ConnectionResetError
        return answer.status, answer.headers, got

    def _wait_until_it_arrived(self) -> None:
        """Let the server begin to answer, so that the answer is lost and not the request."""
        if self._connection.sock is not None:
            self._connection.sock.settimeout(2.0)
            try:
                self._connection.sock.recv(1, socket.MSG_PEEK)
            except OSError:
                return


class Walk:
    """From page to page: where a saved form led to is not opened a second time."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._page: Page | None = None

    def at(self, address: str) -> Page:
        """The page of that address, opened unless it is the one on screen."""
        if self._page is None or self._page.path.partition("?")[0] != address:
            self._page = self.browser.get(address)
        return self._page

    def send(self, form: Form, files: Mapping[str, Upload] | None = None) -> Page:
        """Press the button of a form; what comes back is on screen."""
        self._page = self.browser.send(form, files)
        return self._page


def _multipart(pairs: Sequence[tuple[str, str]], files: Mapping[str, Upload]) -> tuple[bytes, str]:
    edge = "simulated-form-edge-7f3a"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in pairs
    ]
    for name, file in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; '
        head += f'filename="{file.name}"\r\nContent-Type: {file.kind}\r\n\r\n'
        parts += [head.encode(), file.body, b"\r\n"]
    return b"".join([*parts, f"--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"
