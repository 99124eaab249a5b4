"""A person at a plain HTTP client: signs in, keeps the cookie, reads forms as a browser does."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, RemoteDisconnected
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from maturity.demo.people import PASSWORD


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the server; ``sent`` is the number of bytes of its body on the wire."""

    status: int
    location: str
    body: bytes
    sent: int

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Visitor:
    """One browser on one connection."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        """The header that the browser would send."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str, *, packed: bool = True) -> Reply:
        """A page; an error of the server raises."""
        return self._ask("GET", path, {"Accept-Encoding": "gzip"} if packed else {})

    def post(self, path: str, fields: list[tuple[str, str]]) -> Reply:
        """A form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, headers, urlencode(fields))

    def sign_in(self, email: str) -> Visitor:
        """Sign in through the form."""
        form = Form.of(self.get("/sign-in").text, mark="password")
        fields = form.with_values({"email": email, "password": PASSWORD})
        if self.post("/sign-in", fields).status != 303:
            raise RuntimeError(f"{email} could not sign in")
        return self

    def speak(self, language: str) -> None:
        """Choose the language of the pages."""
        self.post("/language", [("csrf_token", self.token()), ("lang", language), ("next", "/")])

    def token(self) -> str:
        """A form token of this session."""
        return self.get("/form-token").text.split('"token":"')[1].split('"')[0]

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str = "") -> Reply:
        told = headers | ({"Cookie": self.cookie} if self.cookies else {})
        try:
            self.connection.request(method, path, body or None, told)
            response = self.connection.getresponse()
        except RemoteDisconnected:  # the server ends connections that were idle for long
            self.connection.close()
            self.connection.request(method, path, body or None, told)
            response = self.connection.getresponse()
        raw = response.read()
        for said in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: one.value for name, one in SimpleCookie(said).items()}
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status}")
        packed = response.headers.get("Content-Encoding") == "gzip"
        body_ = gzip.decompress(raw) if packed else raw
        return Reply(response.status, response.headers.get("Location", ""), body_, len(raw))


@dataclass
class Form(HTMLParser):
    """The fields of one form of a page, as a browser would send them."""

    mark: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._area = ""
        self._done = False

    @classmethod
    def of(cls, page: str, *, mark: str) -> Form:
        """The form of a page that has a field of which the name contains ``mark``."""
        form = cls(mark)
        form.feed(page)
        if not form._done:
            raise LookupError(f"no form with a field {mark!r}")
        return form

    def with_values(self, values: dict[str, str]) -> list[tuple[str, str]]:
        """The fields, some of them filled in otherwise."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        return [*kept, *values.items()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what a browser would."""
        if self._done:
            return
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.fields.clear()
            self.choices.clear()
        elif tag == "input" and said.get("name"):
            self._input(said)
        elif tag == "textarea":
            self.fields.append((said["name"], ""))
            self._area = said["name"]

    def _input(self, said: dict[str, str]) -> None:
        name, value = said["name"], said.get("value", "")
        chosen = said.get("type") not in ("radio", "checkbox")
        if not chosen:
            self.choices.setdefault(name, []).append(value)
        if chosen or "checked" in said:
            self.fields.append((name, value))

    def handle_data(self, data: str) -> None:
        """The text of a text area; the line break after its start does not count."""
        if self._area:
            name, before = self.fields.pop()
            self.fields.append((name, before + (data if before else data.removeprefix("\n"))))

    def handle_endtag(self, tag: str) -> None:
        """The wanted form ends the reading."""
        if tag == "textarea":
            self._area = ""
        names = (name for name, _ in self.fields)
        if tag == "form" and any(self.mark in name for name in names):
            self._done = True
