"""Who takes part: accounts for offices and judges, the clock, and where the application is."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from maturity.db import Database
from maturity.offices.load import load_offices
from maturity.offices.models import Membership, Office, Person, Role
from maturity.offices.passwords import hashed
from maturity.simulate.browser import Browser, Line
from maturity.simulate.ledger import Ledger
from maturity.survey.instrument import Instrument

DOMAIN = "simulasi.example"
ADMINISTRATOR, SETTLER = f"administrator@{DOMAIN}", f"penetapan@{DOMAIN}"
EXTERNAL = (f"eksternal1@{DOMAIN}", f"eksternal2@{DOMAIN}")
NATIONAL = f"verifikator.ri@{DOMAIN}"
SLUG = "simulasi"


@dataclass(frozen=True, slots=True)
class Target:
    """An office that takes part, and its assessment once the round is open.

    ``province``: the code of the province above it; None for provinces and KPU RI.
    """

    code: str
    kind: str
    province: str | None
    assessment: int = 0

    def email(self, who: str) -> str:
        """The address of somebody of this office."""
        return f"{who}.{self.code}@{DOMAIN}"


@dataclass
class Clock:
    """A file with the seconds that the served application's clock is ahead of the machine's."""

    path: Path

    def set_to(self, moment: datetime) -> None:
        """Let the application's clock show this moment now."""
        ahead = (moment - datetime.now(UTC)).total_seconds()
        beside = self.path.with_suffix(".new")
        beside.write_text(f"{ahead}", encoding="ascii")
        beside.replace(self.path)

    def now(self) -> datetime:
        """What the application's clock shows."""
        ahead = float(self.path.read_text(encoding="ascii")) if self.path.exists() else 0.0
        return datetime.now(UTC) + timedelta(seconds=ahead)


@dataclass
class World:
    """Everything that the simulated people share."""

    port: int
    password: str
    clock: Clock
    instrument: Instrument
    seed: int
    dropped: float
    ledger: Ledger = field(default_factory=Ledger)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _turns: dict[str, threading.Lock] = field(default_factory=dict)
    _cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    _open: list[Browser] = field(default_factory=list)

    def chance(self, *about: object) -> random.Random:
        """The same luck in every run of one seed."""
        return random.Random(f"{self.seed}:{':'.join(map(str, about))}")

    def jump(self, moment: datetime) -> None:
        """Let the application's clock show another day: all have to sign in anew."""
        self.clock.set_to(moment)
        self._cookies.clear()

    def close(self) -> None:
        """Close every window; nobody may be at work."""
        while self._open:
            self._open.pop().close()

    def browser(self, email: str) -> Browser:
        """A window of the browser of somebody who has signed in; once, however many windows."""
        line = Line(self.dropped, self.chance("line", email))
        browser = Browser(self.port, line, self._address(email))
        self._open.append(browser)
        with self._guard:
            turn = self._turns.setdefault(email, threading.Lock())
        with turn:
            if email not in self._cookies:
                self._sign_in(browser, email)
                self._cookies[email] = dict(browser.cookies)
        browser.cookies = dict(self._cookies[email])
        return browser

    def _address(self, email: str) -> str:
        """The address from which a person comes, as a reverse proxy would tell it."""
        return f"2001:db8::{self.chance('address', email).getrandbits(32):x}"

    def _sign_in(self, browser: Browser, email: str) -> None:
        form = browser.get("/sign-in").form("/sign-in")
        form.set("email", email)
        form.set("password", self.password)
        page = browser.send(form)
        if page.path.startswith("/sign-in"):
            raise RuntimeError(f"{email} cannot sign in: {page.status}")


def populate(
    database: Database, *, count: int, seed: int, now: datetime
) -> tuple[str, list[Target]]:
    """All offices, accounts for ``count`` of them and for judges; the password of all."""
    password = f"simulasi-{secrets.token_hex(8)}"
    kept = hashed(password)
    with database.write() as session:
        if session.scalar(select(Office.code).limit(1)) is None:
            load_offices(session)
        targets = _chosen(session, count, seed)
        people = [(t.email(who), role, t.code) for t in targets for who, role in _STAFF]
        provinces = dict.fromkeys(t.province for t in targets if t.province)
        people += [(f"verifikator.{code}@{DOMAIN}", Role.VERIFIER, code) for code in provinces]
        people += [
            (ADMINISTRATOR, Role.ADMINISTRATOR, "0"), (SETTLER, Role.SETTLER, "0"),
            (NATIONAL, Role.VERIFIER, "0"), *((one, Role.EXTERNAL, "0") for one in EXTERNAL),
        ]  # fmt: skip
        _add(session, people, kept, now)
    return password, targets


_STAFF = (
    ("operator", Role.OPERATOR), ("operator2", Role.OPERATOR), ("pj", Role.RESPONSIBLE),
)  # fmt: skip


def _chosen(session: Session, count: int, seed: int) -> list[Target]:
    """KPU RI, a few provinces, and regencies and cities; all of them for 553."""
    rows = session.execute(
        select(Office.code, Office.kind, Office.province_code)
        .where(Office.valid_to.is_(None))
        .order_by(Office.code)
    ).all()
    every = [
        Target(row.code, row.kind, row.province_code if row.province_code != row.code else None)
        for row in rows
    ]
    if count >= len(every):
        return every
    chance = random.Random(seed)
    own = [t for t in every if t.kind == "national"]
    provinces = [t for t in every if t.kind == "province"]
    below = [t for t in every if t.province]
    few = chance.sample(provinces, max(1, min(len(provinces), count // 10)))
    left = max(0, count - len(own) - len(few))
    return [*own, *few, *chance.sample(below, min(left, len(below)))][:count]


def _add(
    session: Session, people: Sequence[tuple[str, Role, str]], kept: str, now: datetime
) -> None:
    session.execute(
        insert(Person),
        [
            {
                "email": email, "name": email.partition("@")[0], "password_hash": kept,
                "session_key": secrets.token_hex(16), "created_at": now,
            }
            for email, _, _ in people
        ],
    )  # fmt: skip
    rows = session.execute(select(Person.id, Person.email))
    ids = {row.email: row.id for row in rows}
    session.execute(
        insert(Membership),
        [
            {"person_id": ids[email], "office_code": office, "role": role, "created_at": now}
            for email, role, office in people
        ],
    )
