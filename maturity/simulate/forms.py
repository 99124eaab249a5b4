"""The forms of a page, as a browser without scripts sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

Values = dict[str, list[str]]


@dataclass
class Form:
    """One form: where it goes, what it would send as it stands, and what could be chosen."""

    action: str
    method: str = "get"
    values: Values = field(default_factory=dict)
    choices: Values = field(default_factory=dict)
    """Name of a group of radio buttons, boxes or a list -> what may be chosen."""

    def set(self, name: str, *values: str) -> None:
        """Fill a field in."""
        self.values[name] = list(values)

    def names(self, prefix: str) -> list[str]:
        """Fields whose name begins so, without that beginning."""
        every = dict.fromkeys([*self.values, *self.choices])
        return [name.removeprefix(prefix) for name in every if name.startswith(prefix)]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._text: list[str] | None = None
        self._area = self._list = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag == "form":
            self._form = Form(said.get("action", ""), said.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is not None and "disabled" not in said:
            self._field(tag, said)

    def _field(self, tag: str, said: dict[str, str]) -> None:
        name = said.get("name", "")
        if tag == "input" and name:
            self._input(name, said)
        elif tag == "textarea" and name:
            self._area, self._text = name, []
        elif tag == "select" and name:
            self._list = name
        elif tag == "option" and self._list:
            self._option(said)

    def _input(self, name: str, said: dict[str, str]) -> None:
        assert self._form is not None
        kind, value = said.get("type", "text"), said.get("value", "")
        if kind in ("radio", "checkbox"):
            self._form.choices.setdefault(name, []).append(value)
            if "checked" in said:
                self._form.values.setdefault(name, []).append(value)
        elif kind not in ("submit", "button", "file"):
            self._form.values.setdefault(name, []).append(value)

    def _option(self, said: dict[str, str]) -> None:
        assert self._form is not None
        value = said.get("value", "")
        self._form.choices.setdefault(self._list, []).append(value)
        if "selected" in said or self._list not in self._form.values:
            self._form.values[self._list] = [value]

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._form is not None and self._text is not None:
            self._form.values[self._area] = ["".join(self._text).removeprefix("\n")]
            self._text = None
        elif tag == "select":
            self._list = ""
        elif tag == "form":
            self._form = None


@dataclass(frozen=True)
class Page:
    """A page as it came back: status, where it was in the end, its text, forms and links."""

    status: int
    path: str
    text: str
    forms: list[Form]
    links: list[str]

    def form(self, part: str) -> Form:
        """The form to an address with this in it; LookupError tells what there is."""
        for form in self.forms:
            if part in form.action:
                return form
        raise LookupError(f"no form to {part} at {self.path}: {[f.action for f in self.forms]}")

    def has_form(self, part: str) -> bool:
        """Whether there is such a form."""
        return any(part in form.action for form in self.forms)

    @property
    def said(self) -> str:
        """What the page says is wrong, in short."""
        found = re.search(r'id="error-summary".*?</ul>|class="notice.*?</div>', self.text, re.S)
        words = re.sub(r"<[^>]+>", " ", found[0] if found else self.text[:0])
        return f"{self.status} {self.path}: {' '.join(words.split())[-300:]}"

    def links_to(self, part: str) -> list[str]:
        """Addresses with this in them, each once, in order."""
        return [link for link in dict.fromkeys(self.links) if part in link]


def page_of(status: int, path: str, text: str) -> Page:
    """Read a page."""
    reader = _Reader()
    reader.feed(text)
    return Page(status, path, text, reader.forms, reader.links)
