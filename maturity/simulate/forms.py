"""The forms of a page, as a browser without scripts sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import html

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


def _form(element: html.HtmlElement) -> Form:
    """Read as a browser does: what is disabled is not sent, the first option is chosen."""
    form = Form(element.get("action", ""), element.get("method", "get").lower())
    for field_ in element.iter("input", "textarea", "select"):
        name = field_.get("name")
        if name and field_.get("disabled") is None:
            _READERS[field_.tag](form, name, field_)
    return form


def _input(form: Form, name: str, element: html.HtmlElement) -> None:
    kind, value = element.get("type", "text"), element.get("value", "")
    if kind in ("radio", "checkbox"):
        form.choices.setdefault(name, []).append(value)
        if element.get("checked") is not None:
            form.values.setdefault(name, []).append(value)
    elif kind not in ("submit", "button", "file"):
        form.values.setdefault(name, []).append(value)


def _textarea(form: Form, name: str, element: html.HtmlElement) -> None:
    form.values[name] = [element.text_content().removeprefix("\n")]


def _select(form: Form, name: str, element: html.HtmlElement) -> None:
    options = list(element.iter("option"))
    form.choices[name] = [one.get("value", "") for one in options]
    chosen = [one for one in options if one.get("selected") is not None] or options[:1]
    form.values[name] = [one.get("value", "") for one in chosen[-1:]]


_READERS = {"input": _input, "textarea": _textarea, "select": _select}


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
    root = html.document_fromstring(text or "<html></html>")
    links = [one.get("href", "") for one in root.iter("a") if one.get("href") is not None]
    return Page(status, path, text, [_form(one) for one in root.iter("form")], links)
