"""A test client that looks at every page it fetches as a strict reader would.

Any test that fetches a page through it also checks that the page is valid HTML5, has one
h1 which its title repeats, keeps to the content security policy, names no other host and
left no session of the database open or dirty.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask, g
from flask.testing import FlaskClient
from lxml.html import document_fromstring
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

TITLE_PREFIXES = ("Galat: ", "Error: ")
DATA_SCRIPTS = ("application/json", "application/ld+json")
LOADING = {("script", "src"), ("img", "src"), ("source", "src"), ("iframe", "src"),
           ("link", "href"), ("use", "href"), ("image", "href"), ("form", "action"),
           ("button", "formaction"), ("input", "formaction"), ("video", "src"),
           ("audio", "src"), ("object", "data"), ("embed", "src")}  # fmt: skip
POINTING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form")


def faults_of(html: str) -> list[str]:
    """What is wrong with a page; an empty list when nothing is."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(html)
    lines = html.splitlines()
    faults = [
        f"HTML5 {code} {values} at line {line}: {lines[min(line, len(lines)) - 1].strip()[:120]}"
        for (line, _column), code, values in parser.errors
    ]
    elements = [(_tag(element), element) for element in root.iter() if element is not None]
    elements = [(tag, element) for tag, element in elements if tag]
    for check in (_head, _ids, _forms, _policy, _hosts, _images):
        faults.extend(check(root, elements))
    return faults


Elements = list[tuple[str, Element]]


def _tag(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _head(root: Element, elements: Elements) -> Iterator[str]:
    if not (root.get("lang") or ""):
        yield "the html element has no lang"
    headings = [_words(element) for tag, element in elements if tag == "h1"]
    titles = [_words(element) for tag, element in elements if tag == "title"][:1]
    if len(headings) != 1:
        yield f"{len(headings)} h1 elements instead of one: {headings}"
    if not titles or not titles[0]:
        yield "no title"
        return
    title = titles[0]
    for prefix in TITLE_PREFIXES:
        title = title.removeprefix(prefix)
    if headings and not title.startswith(headings[0]):
        yield f"the title {titles[0]!r} does not begin with the h1 {headings[0]!r}"


def _ids(_root: Element, elements: Elements) -> Iterator[str]:
    ids = Counter(element.get("id") for _, element in elements if element.get("id") is not None)
    yield from (f"the id {name!r} is there {count} times" for name, count in ids.items()
                if count > 1)  # fmt: skip
    for tag, element in elements:
        for name in POINTING:
            for target in (element.get(name) or "").split():
                if target not in ids:
                    yield f"<{tag} {name}={target!r}> points at no element"
        href = element.get("href") or ""
        if tag == "a" and href.startswith("#") and href[1:] not in ids:
            yield f"the link {href!r} points at no element"


def _forms(_root: Element, elements: Elements) -> Iterator[str]:
    for tag, form in elements:
        if tag != "form":
            continue
        if not form.get("action"):
            yield "a form has no action"
        inputs = [element for element in form.iter() if _tag(element) == "input"]
        token = any(i.get("name") == "csrf_token" and i.get("value") for i in inputs)
        if (form.get("method") or "get").lower() == "post" and not token:
            yield f"the form to {form.get('action')!r} has no csrf token"


def _policy(_root: Element, elements: Elements) -> Iterator[str]:
    for tag, element in elements:
        if tag == "style":
            yield "there is an inline <style>"
        trusted = element.get("src") or element.get("nonce") or element.get("type") in DATA_SCRIPTS
        if tag == "script" and not trusted:
            yield "an inline <script> has no nonce"
        for name in map(str, element.attrib):
            if name == "style" or name.startswith("on"):
                yield f"<{tag}> has an inline {name!r} attribute"
        if (element.get("href") or "").lower().lstrip().startswith("javascript:"):
            yield f"<{tag}> runs a script by its address"


def _hosts(_root: Element, elements: Elements) -> Iterator[str]:
    for tag, element in elements:
        for name, value in element.attrib.items():
            plain = str(name).rpartition("}")[2].rpartition(":")[2]
            if (tag, plain) not in LOADING:
                continue
            address = urlsplit(value)
            if address.netloc or address.scheme not in ("", "data"):
                yield f"<{tag} {plain}> refers to another host: {value}"


def _images(_root: Element, elements: Elements) -> Iterator[str]:
    yield from (f"an image has no alt: {element.get('src')}" for tag, element in elements
                if tag == "img" and element.get("alt") is None)  # fmt: skip


@lru_cache(maxsize=16)
def tree_of(html: str) -> Any:
    """A page that has passed the checks above, read a hundred times faster than by them."""
    return document_fromstring(html)


def fields_of(html: str, action: str | None = None) -> tuple[str, dict[str, Any]]:
    """The action and the fields, as filled, of the page's form with that action.

    Without an action: the only form of the page's main part.
    """
    root = tree_of(html)
    main = next((element for element in root.iter("main")), root)
    within = main if action is None else root
    forms = [f for f in within.iter("form") if action is None or f.get("action") == action]
    assert len(forms) == 1, f"{len(forms)} forms with action {action!r}"
    return forms[0].get("action"), dict(_filled(forms[0]))


def _filled(form: Element) -> Iterator[tuple[str, Any]]:
    for element in form.iter():
        name, kind = element.get("name"), element.get("type") or "text"
        if name is None or element.get("disabled") is not None:
            continue
        if _tag(element) == "textarea":
            yield name, "".join(element.itertext()).removeprefix("\n")
        elif _tag(element) == "select":
            chosen = [o for o in element.iter("option") if o.get("selected") is not None]
            yield name, (chosen or list(element.iter("option")))[0].get("value") or ""
        elif _tag(element) == "input" and kind in ("radio", "checkbox"):
            if element.get("checked") is not None:
                yield name, element.get("value") or "on"
        elif _tag(element) == "input" and kind not in ("submit", "file", "button"):
            yield name, element.get("value") or ""


class StrictClient(FlaskClient):
    """Flask's test client, with the checks above on every response."""

    strict = True
    last_page = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request; AssertionError when its page has a fault."""
        response = super().open(*args, buffered=True, **{k: v for k, v in kwargs.items()
                                                         if k != "buffered"})  # fmt: skip
        if response.mimetype == "text/html" and response.data and response.status_code < 300:
            self.last_page = page_text(response)
        if self.strict:
            self._check(response)
        return response

    def _check(self, response: TestResponse) -> None:
        where = f"{response.request.method} {response.request.path} -> {response.status_code}"
        if not self.preserve_context:
            pool = self.application.extensions["maturity"].database.engine.pool
            assert pool.checkedout() == 0, f"{where} left a session open"
        dirty = self.application.extensions["maturity_dirty"]
        assert not dirty, f"{where} changed objects of its reading session: {dirty}"
        if response.mimetype == "text/html" and response.data and not _is_redirect(response):
            faults = _known_faults(PASSING.sub(r"\1x", page_text(response)))
            assert not faults, f"{where}\n" + "\n".join(faults)

    def csrf(self) -> str:
        """A token of this client's session, taken from a page."""
        if 'name="csrf_token"' not in self.last_page:
            self.get("/about")
        root = tree_of(self.last_page)
        tokens = [e.get("value") for e in root.iter("input") if e.get("name") == "csrf_token"]
        assert tokens, "the last page has no csrf token"
        return str(tokens[0])

    def submit(
        self, values: dict[str, Any], *, action: str | None = None, **kwargs: Any
    ) -> TestResponse:
        """Send a form of the last page as a browser would: as filled, changed by ``values``.

        ``None`` as a value leaves the field out.
        """
        target, filled = fields_of(self.last_page, action)
        data = {k: v for k, v in {**filled, **values}.items() if v is not None}
        return self.post(target, data=data, **kwargs)


# What differs between two fetches of the same page: such a page is checked once.
PASSING = re.compile(r'(nonce="|name="csrf_token" value=")[\w.-]+(?=")')


@lru_cache(maxsize=4096)
def _known_faults(html: str) -> tuple[str, ...]:
    return tuple(faults_of(html))


def _is_redirect(response: TestResponse) -> bool:
    return 300 <= response.status_code < 400


def page_text(response: TestResponse) -> str:
    """The text of a page, unpacked."""
    packed = response.headers.get("Content-Encoding") == "gzip"
    body = gzip.decompress(response.data) if packed else response.data
    return body.decode("utf-8")


def watch_sessions(app: Flask) -> None:
    """Note every reading session that holds changes when its request ends."""
    dirty: list[str] = []
    app.extensions["maturity_dirty"] = dirty

    def look(_error: BaseException | None) -> None:
        session: Session | None = g.get("reading")
        if session is not None:
            dirty.extend(repr(thing) for thing in (*session.new, *session.dirty, *session.deleted))

    app.teardown_appcontext(look)
