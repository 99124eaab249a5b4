"""People of offices: they fill in by forms, by the script's requests and by workbook, hand in,
and reply to what was verified."""

from __future__ import annotations

import hashlib
import io
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from maturity.simulate.browser import Browser, Upload, Walk
from maturity.simulate.forms import Form
from maturity.simulate.world import Target, World
from maturity.survey.instrument import Instrument, Item
from maturity.survey.workbook import ANSWER, FIRST, KEY, labels

NOTE = "SK Nomor 12 Tahun 2026, halaman 3."
NO_ROOM = "Berkas tidak dapat disimpan"
INCOMPLETE = "hal belum lengkap"
_LATE = ("sudah lewat", "has passed", "is over")


@dataclass
class Office:
    """One office at work in one assessment."""

    world: World
    target: Target
    verifier: str = ""

    def __post_init__(self) -> None:
        self.chance = self.world.chance("office", self.target.code)
        self.skill = self.chance.betavariate(2, 2)

    @property
    def home(self) -> str:
        """Where its task list is."""
        return f"/assessments/{self.target.assessment}"

    # --- filling in -------------------------------------------------------------------

    def fill(self) -> None:
        """Answer everything, one way or another."""
        browser = self.world.browser(self.target.email("operator"))
        way = self.chance.random()
        if way < 0.75:
            self._by_workbook(browser)
        elif way < 0.82:
            self._by_script(browser)
        if INCOMPLETE in browser.get(f"{self.home}/check").text:
            self._by_forms(browser)
        if self.chance.random() < 0.3:
            self._quarrel(browser)

    def _by_forms(self, browser: Browser) -> None:
        walk = Walk(browser)
        for address in self._pages(walk):
            form = walk.at(address).form(address)
            asked = [
                key for key in form.names("value:") if not any(form.values.get(f"value:{key}", []))
            ]
            if not asked:
                continue
            files = self._fill(form, asked)
            self._sent(walk, form, asked, files)

    def _pages(self, walk: Walk) -> Iterator[str]:
        """Every page with questions: sections, and each object of a paged inventory."""
        for link in walk.at(self.home).links_to(f"{self.home}/sections/"):
            section = link.partition("?")[0]
            page = walk.at(section)
            below = [one for one in page.links_to(f"{section}/") if one.count("/") > 5]
            yield from below or [section]

    def _fill(self, form: Form, keys: list[str]) -> dict[str, Upload]:
        for key in keys:
            self._answer(form, key)
        where = [name.removeprefix("url:") for name in form.values if name.startswith("url:")]
        if where and self.chance.random() < 0.3:
            form.set(f"url:{where[0]}", f"https://kpu.example/{self.target.code}/{where[0]}")
        if where and self.chance.random() < 0.08:
            return {f"file:{where[0]}": self._file(where[0])}
        return {}

    def _answer(self, form: Form, key: str) -> None:
        """A choice that fits the office's skill; a number or words where there is no choice."""
        options = [one for one in form.choices.get(f"value:{key}", []) if one not in _NO_ANSWERS]
        if options:
            place = min(
                int(self.skill * len(options) + self.chance.gauss(0, 0.6)), len(options) - 1
            )
            value = options[max(place, 0)] if options[0] == "l1" else options[min(max(place, 0), 1)]
        else:
            value = str(self.chance.randint(1, 50))
        form.set(f"value:{key}", value)
        if f"note:{key}" in form.values:
            form.set(f"note:{key}", NOTE)
        if f"reason:{key}" in form.values:
            form.set(f"reason:{key}", "Uji konsekuensi 1/2026")

    def _file(self, key: str) -> Upload:
        """A small PDF; a tenth of the offices hand in the same one."""
        owner = "semua" if self.chance.random() < 0.1 else self.target.code
        return Upload(f"bukti-{key.replace('/', '-')}.pdf", small_pdf(f"{owner}:{key}"))

    def _sent(self, walk: Walk, form: Form, keys: list[str], files: dict[str, Upload]) -> None:
        page = walk.send(form, files)
        while files and NO_ROOM in page.text:  # what was typed is saved, the file is not
            self.world.ledger.count("full disk")
            time.sleep(1.0)
            page = walk.send(page.form(form.action), files)
        if page.status >= 400:
            self.world.ledger.trouble(f"{form.action}: {page.said}")
            return
        values = {key: form.values[f"value:{key}"][0] for key in keys}
        self.world.ledger.saved(self.target.assessment, values)
        for file in files.values():
            self.world.ledger.uploaded(
                self.target.assessment, hashlib.sha256(file.body).hexdigest()
            )

    def _by_script(self, browser: Browser) -> None:
        """As the page's script does: one request an answer."""
        walk = Walk(browser)
        for address in islice(self._pages(walk), 4):
            form = walk.at(address).form(address)
            for key in form.names("value:"):
                if any(form.values.get(f"value:{key}", [])):
                    continue
                self._answer(form, key)
                self._put(browser, key, form.values[f"value:{key}"][0], seen=0)

    def _put(self, browser: Browser, key: str, value: str, *, seen: int) -> None:
        data = {"value": value, "note": NOTE, "reason": "", "seen": seen}
        status, reply = browser.put(f"{self.home}/answers/{key}", data)
        if status == 409 and isinstance(reply.get("version"), int):
            self.world.ledger.count("conflicts")
            version = int(str(reply["version"]))
            status, reply = browser.put(f"{self.home}/answers/{key}", data | {"seen": version})
        if status == 200:
            self.world.ledger.saved(self.target.assessment, {key: value})
        else:
            self.world.ledger.trouble(f"PUT {self.home}/answers/{key}: {status}")

    def _quarrel(self, browser: Browser) -> None:
        """Two people save the same answer, neither knowing of the other."""
        other = self.world.browser(self.target.email("operator2"))
        walk = Walk(browser)
        address = next(self._pages(walk))
        form = walk.at(address).form(address)
        key = form.names("seen:")[0]
        seen = int(form.values[f"seen:{key}"][0])
        options = [one for one in form.choices.get(f"value:{key}", []) if one not in _NO_ANSWERS]
        now = form.values.get(f"value:{key}", [""])[0]
        mine, theirs = [one for one in options if one != now][:2]
        self._put(browser, key, mine, seen=seen)
        self._put(other, key, theirs, seen=seen)

    def _by_workbook(self, browser: Browser) -> None:
        """Download, fill in some of it without a line, hand it back; twice, to no effect."""
        empty = browser.download(f"{self.home}/workbook.xlsx?lang=id")
        body, values = filled_workbook(empty, self.world.instrument, self.chance)
        for turn in range(2):
            form = browser.get(f"{self.home}/workbook").form("/workbook")
            page = browser.send(form, {"file": Upload("lembar-kerja.xlsx", body)})
            if page.status != 200:
                self.world.ledger.trouble(f"{self.home}/workbook: {page.said}")
                return
            if not page.has_form("/workbook/apply"):
                break
            if turn:
                self.world.ledger.trouble(f"{self.home}/workbook changed something the second time")
            browser.send(page.form("/workbook/apply"))
            self.world.ledger.saved(self.target.assessment, values)
            self.world.ledger.count("workbooks")

    def come(self) -> None:
        """The responsible person signs in."""
        self.world.browser(self.target.email("pj"))

    # --- handing in -------------------------------------------------------------------

    def hand_in(self) -> bool:
        """The responsible person submits; False when the deadline was over."""
        browser = self.world.browser(self.target.email("pj"))
        page = browser.get(f"{self.home}/submit")
        if not page.has_form("/submit"):
            done = page.path.endswith("/submitted") and page.status == 200
            if done:
                self.world.ledger.handed_in(self.target.assessment)
            elif not any(words in page.text for words in _LATE):
                self.world.ledger.trouble(f"{self.home} cannot be submitted: {page.path}")
            return done
        form = page.form("/submit")
        form.set("confirm", "yes")
        page = browser.send(form)
        if page.path.endswith("/submitted"):
            self.world.ledger.handed_in(self.target.assessment)
            return True
        self.world.ledger.count("late")
        if not any(words in page.text for words in _LATE):
            self.world.ledger.trouble(f"{self.home}/submit: {page.status} without saying why")
        return False

    def mend(self) -> None:
        """After a return: change an answer, hand in again."""
        browser = self.world.browser(self.target.email("operator"))
        walk = Walk(browser)
        address = next(self._pages(walk))
        form = walk.at(address).form(address)
        key = form.names("seen:")[0]
        options = [one for one in form.choices.get(f"value:{key}", []) if one not in _NO_ANSWERS]
        now = form.values.get(f"value:{key}", [""])[0]
        other = next(one for one in options if one != now)
        self._put(browser, key, other, seen=int(form.values[f"seen:{key}"][0]))
        self.hand_in()

    # --- replying ---------------------------------------------------------------------

    def reply(self) -> None:
        """Agree with most, dispute some with new evidence; say that this is all."""
        browser = self.world.browser(self.target.email("operator"))
        page = browser.get(f"{self.home}/reply")
        if page.has_form("/reply"):
            form = page.form("/reply")
            verdicts = {key: self._reply_to(form, key) for key in form.names("reply:")}
            page = browser.send(form)
            if page.status >= 400:
                self.world.ledger.trouble(f"{self.home}/reply: {page.said}")
                return
            self.world.ledger.judged(self.target.assessment, "replied", verdicts)
        if self.chance.random() < 0.5:
            finish = browser.get(f"{self.home}/reply/finish")
            if finish.has_form("/reply/finish"):
                form = finish.form("/reply/finish")
                form.set("confirm", "yes")
                browser.send(form)

    def _reply_to(self, form: Form, key: str) -> str:
        verdict = "disagree" if self.chance.random() < 0.4 else "agree"
        form.set(f"reply:{key}", verdict)
        if verdict == "disagree":
            form.set(f"words:{key}", "Lihat dokumen pada tautan baru.")
        return verdict


_NO_ANSWERS = ("dont-know", "not-applicable", "excluded")


def small_pdf(about: str) -> bytes:
    """A PDF of one empty page; other words make another file."""
    from pypdf import PdfWriter

    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": about})
    writer.write(out)
    return out.getvalue()


def filled_workbook(
    body: bytes, instrument: Instrument, chance: random.Random
) -> tuple[bytes, dict[str, str]]:
    """The workbook with all drop-downs chosen, and what was answered by item."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(body))
    values: dict[str, str] = {}
    for sheet in book.worksheets[1:]:
        for row in range(FIRST, sheet.max_row + 1):
            for place, item in enumerate(_items_of(instrument, sheet.cell(row, KEY + 1).value)):
                cell = sheet.cell(row, ANSWER + 1 + place)
                value = _choice(item, chance)
                if value and not cell.value:
                    cell.value, values[item.key] = labels(item, "id")[value], value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), values


def _items_of(instrument: Instrument, key: Any) -> list[Item]:
    """What a line of a workbook asks: one question, or the cells of an object."""
    if not isinstance(key, str) or key.startswith("#"):
        return []
    return [one for one in instrument.items if one.key == key or one.key.startswith(f"{key}/")]


def _choice(item: Item, chance: random.Random) -> str:
    """One of the first two answers, without a level that asks for evidence."""
    options = [one.id for one in item.options if one.id not in _NO_ANSWERS]
    most = min(2, len(options), (item.question.evidence_from or 3) - 1)
    return options[chance.randrange(max(1, most))] if options else ""
