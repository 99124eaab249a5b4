"""A served application and a real Chromium that reaches nothing but it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from maturity.config import Settings
from maturity.db import Database
from tests.chromium import AXE, executable
from tests.offices.signing import PASSWORD

PHONE, DESK = {"width": 360, "height": 780}, {"width": 1280, "height": 900}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--no-first-run"]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """The browser walks on the embedded database; the pages' own tests know both."""
    return new_database("sqlite")


@pytest.fixture
def address(app: Flask, settings: Settings, database: Database) -> Iterator[str]:
    """Where the application is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=QUIET)
        yield browser
        browser.close()


@dataclass
class Walker:
    """A person at a browser; notes what must not happen on any page."""

    context: BrowserContext
    address: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.on("request", lambda request: self._note(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda m: self.errors.append(m.text) if "Content Security" in m.text else None,
        )
        return page

    def _note(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.foreign.append(url)

    def sign_in(self, email: str) -> Page:
        """Sign in through the form."""
        page = self.page()
        page.goto(f"{self.address}/sign-in")
        page.fill("[name=email]", email)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/start")
        return page


@pytest.fixture
def walker(chromium: Browser, address: str) -> Iterator[Callable[..., Walker]]:
    """``walker(width, javascript=True, locale=...)`` opens a browser of its own."""
    made: list[Walker] = []

    def open_browser(size: dict[str, int] = PHONE, *, javascript: bool = True) -> Walker:
        context = chromium.new_context(viewport=size, java_script_enabled=javascript)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        made.append(Walker(context, address))
        return made[-1]

    yield open_browser
    for one in made:
        one.context.close()
        assert not one.foreign, f"requests to other hosts: {one.foreign}"
        assert not one.errors, one.errors


def barriers(page: Page) -> list[str]:
    """What axe finds on a page (WCAG 2.2 A and AA, and good practice)."""
    if not AXE.exists():
        pytest.fail(f"axe-core is missing: {AXE}; make test installs it")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html'][:160]} {json.dumps(node['any'][:1])[:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    width = page.evaluate("document.documentElement.scrollWidth")
    return int(width - page.viewport_size["width"])  # type: ignore[index]
