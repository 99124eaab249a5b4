"""People who judge: the administrator opens and extends, verifiers decide about every claim,
the settling team settles and publishes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from maturity.simulate.browser import Browser, Walk
from maturity.simulate.forms import Form, Page
from maturity.simulate.world import (
    ADMINISTRATOR,
    DOMAIN,
    EXTERNAL,
    NATIONAL,
    SETTLER,
    SLUG,
    Target,
    World,
)
from maturity.survey.deadlines import REFERENCE

WORDS = "Dokumen yang ditunjuk tidak memuat kewajiban ini."


def open_round(world: World, *, instrument: str, now: datetime) -> None:
    """The administrator opens a round whose stages end a day, two, three days from now."""
    browser = world.browser(ADMINISTRATOR)
    form = browser.get("/administration/rounds/new").form("/administration/rounds/new")
    form.set("slug", SLUG)
    form.set("title_id", "Periode simulasi")
    form.set("title_en", "Simulated period")
    choices = form.choices["instrument"]
    form.set("instrument", next(one for one in choices if one.startswith(instrument)))
    moments = {"opens": -1.0, "closes": 1.0, "verify": 2.0, "reply": 3.0, "settle": 4.0}
    for name, days in moments.items():
        _set_moment(form, name, now + timedelta(days=days))
    form.set("do", "preview")
    page = browser.send(form)
    form = page.form("/administration/rounds/new")
    form.set("do", "open")
    page = browser.send(form)
    if page.status != 200:
        raise RuntimeError(f"the round cannot be opened: {page.status}\n{page.text[:2000]}")


def _set_moment(form: Form, name: str, moment: datetime) -> None:
    there = moment.astimezone(REFERENCE)
    fields = [one for one in form.values if one.startswith(name)]
    for one in fields:
        if one.endswith("_day"):
            form.set(one, f"{there:%Y-%m-%d}")
        elif one.endswith("_time"):
            form.set(one, f"{there:%H:%M}")


def extend(world: World, targets: list[Target], until: datetime) -> None:
    """The administrator gives offices that were late more time, with a reason."""
    browser = world.browser(ADMINISTRATOR)
    for target in targets:
        address = f"/assessments/{target.assessment}/extension"
        form = browser.get(address).form("/extension")
        form.set("stage", "filling")
        _set_moment(form, "until", until)
        form.set("words", "Jaringan di kantor terputus pada hari terakhir.")
        page = browser.send(form)
        if page.status != 200:
            world.ledger.trouble(f"{address}: {page.said}")
        world.ledger.count("extensions")


def verifier_of(target: Target, chance: float) -> str:
    """Who verifies an office by the usual rule."""
    if target.province:
        return f"verifikator.{target.province}@{DOMAIN}"
    if target.kind == "national":
        return EXTERNAL[0]
    return NATIONAL if chance < 0.5 else EXTERNAL[1]


class Verification:
    """One assessment in the hands of its verifier."""

    def __init__(self, world: World, target: Target, browser: Browser) -> None:
        self.world, self.target, self.browser = world, target, browser
        self.chance = world.chance("verifier", target.code)
        self.home = f"/assessments/{target.assessment}"

    def run(self, *, may_return: bool) -> bool:
        """Decide about everything and open the reply; True when it was returned instead."""
        page = self.browser.get(f"{self.home}/verification")
        if page.has_form("/verify/begin"):
            page = self.browser.send(page.form("/verify/begin"))
        if page.status >= 400:
            self.world.ledger.trouble(f"{self.home}/verification: {page.said}")
        if may_return and self.chance.random() < 0.06:
            return self._give_back()
        walk = Walk(self.browser)
        for address in self._pages(walk, page):
            self._decide(walk, address)
        self._finish()
        return False

    def _pages(self, walk: Walk, page: Page) -> Iterator[str]:
        """Every page with claims: sections, and each object of a paged inventory."""
        sections = [one.partition("?")[0] for one in page.links_to(f"{self.home}/verification/")]
        for address in dict.fromkeys(one.partition("#")[0] for one in sections):
            inner = walk.at(address)
            below = [one.partition("#")[0] for one in inner.links_to(f"{address}/")]
            if inner.has_form(address):
                yield address
            yield from dict.fromkeys(below)

    def _decide(self, walk: Walk, address: str) -> None:
        """Change or doubt a few claims with words, confirm the rest of the page."""
        page = walk.at(address)
        if not page.has_form(address):
            return
        form = page.form(address)
        keys, verdicts = form.names("verdict:"), {}
        for key in keys:
            verdicts[key] = self._verdict(form, key)
        page = walk.send(form)
        if page.status == 422 and page.has_form(address):
            form = page.form(address)
            self._correct(form, verdicts)
            page = walk.send(form)
        if page.status >= 400:
            self.world.ledger.trouble(f"{address}: {page.said}")
            return
        self.world.ledger.judged(self.target.assessment, "verified", verdicts)

    def _verdict(self, form: Form, key: str) -> str:
        luck, now = self.chance.random(), form.values.get(f"verdict:{key}", [""])[0]
        if now:
            return now
        verdict = "confirmed"
        options = form.choices.get(f"value:{key}", [])
        if "/" not in key and luck < 0.15:
            verdict = "not-verifiable" if luck < 0.05 else "changed"
        if verdict == "changed" and options:
            form.set(f"value:{key}", options[0])
        elif verdict == "changed":
            verdict = "not-verifiable"
        if verdict not in form.choices.get(f"verdict:{key}", []):
            verdict = "confirmed"
        form.set(f"verdict:{key}", verdict)
        if verdict != "confirmed":
            form.set(f"words:{key}", WORDS)
        return verdict

    def _correct(self, form: Form, verdicts: dict[str, str]) -> None:
        """What was chosen is the office's own answer: choose the next one."""
        for key, verdict in verdicts.items():
            options = form.choices.get(f"value:{key}", [])
            unsaved = form.values.get(f"seen:{key}") == ["0"]
            if verdict == "changed" and unsaved:
                form.set(f"value:{key}", options[1])

    def _give_back(self) -> bool:
        form = self.browser.get(f"{self.home}/verify/return").form("/verify/return")
        form.set("words", "Lengkapi penjelasan pada pertanyaan pertama.")
        form.set("days", "3")
        page = self.browser.send(form)
        if page.status >= 400:
            self.world.ledger.trouble(f"{self.home}/verify/return: {page.said}")
            return False
        self.world.ledger.count("returns")
        return True

    def _finish(self) -> None:
        page = self.browser.get(f"{self.home}/verify/finish")
        if page.has_form("/verify/finish"):
            page = self.browser.send(page.form("/verify/finish"))
        if page.status >= 400 or page.path.endswith("/verify/finish"):
            self.world.ledger.trouble(f"{self.home}/verify/finish: {page.said}")


def settle(world: World, target: Target, browser: Browser) -> None:
    """Decide about what is disputed, then settle."""
    home, chance = (
        f"/assessments/{target.assessment}/settlement",
        world.chance("settle", target.code),
    )
    page = browser.get(home)
    if page.has_form(home):
        form, verdicts = page.form(home), {}
        for key in form.names("verdict:"):
            verdicts[key] = "confirmed" if chance.random() < 0.4 else "upheld"
            form.set(f"verdict:{key}", verdicts[key])
            form.set(f"words:{key}", "Sesuai bukti yang diajukan kantor.")
        if verdicts:
            page = browser.send(form)
            if page.status >= 400:
                world.ledger.trouble(f"{home}: {page.said}")
            world.ledger.judged(target.assessment, "settled", verdicts)
    page = browser.get(f"{home}/settle")
    if not page.has_form("/settle"):
        return  # settled by the request whose answer got lost, or checked at the end
    form = page.form("/settle")
    if "with_open" in form.choices:
        form.set("with_open", "yes")
    page = browser.send(form)
    if page.status >= 400:
        world.ledger.trouble(f"{home}/settle: {page.said}")


def publish(world: World) -> None:
    """Make what is settled public."""
    address = f"/settlement/publication/{SLUG}"
    browser = world.browser(SETTLER)
    page = browser.get(address)
    if page.has_form(address):
        form = page.form(address)
        for name in form.choices:
            form.set(name, "yes")
        page = browser.send(form)
    if page.status >= 400:
        world.ledger.trouble(f"{address}: {page.said}")
