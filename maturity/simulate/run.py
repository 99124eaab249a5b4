"""A simulated round from opening to publication, stage by stage, many clients at once.

Bounded and seeded: the same people do the same things in every run of one seed; what differs
is the order in which the machine serves them, and the moments at which it is killed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from maturity import schema
from maturity.config import Settings
from maturity.db import Database
from maturity.simulate import checks, judging
from maturity.simulate.answering import Office
from maturity.simulate.browser import GaveUpError
from maturity.simulate.disk import Shortage, SmallDisk
from maturity.simulate.server import Chaos, Server
from maturity.simulate.world import EXTERNAL, SETTLER, SLUG, Clock, Target, World, populate
from maturity.survey.files import store_of
from maturity.survey.loader import load
from maturity.survey.models import Assessment, Round
from maturity.survey.shipped import locate

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How large, how parallel, how bad.

    ``kill_every``, ``full_every``: mean seconds between kills and between times when the disk
    for evidence is full; 0: never.
    """

    offices: int = 20
    clients: int = 32
    seed: int = 1
    instrument: str = "ogd-kpu-2026"
    dropped: float = 0.0
    kill_every: float = 0.0
    full_every: float = 0.0


@dataclass
class Outcome:
    """What came of it: nothing in ``faults`` and ``troubles`` means that the round is sound."""

    states: dict[str, int]
    counts: dict[str, int]
    faults: list[str]
    troubles: list[str]
    seconds: dict[str, float] = field(default_factory=dict)
    kills: int = 0
    full: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, doubled or left without a word."""
        return not self.faults and not self.troubles


def simulate(settings: Settings, plan: Plan, say: Say = lambda _words: None) -> Outcome:
    """Run a round over an empty installation; the database is left for whoever wants to look."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    schema.upgrade(settings.database)
    database = Database(settings.database)
    clock = Clock(settings.data / "clock")
    begun = datetime.now(UTC)
    clock.set_to(begun)
    disk = SmallDisk(settings.data / "files")
    if plan.full_every:
        disk.mount()
    try:
        password, targets = populate(database, count=plan.offices, seed=plan.seed, now=begun)
        with _serving(settings, clock, plan) as server:
            world = World(
                server.port, password, clock, load(locate(plan.instrument)), plan.seed, plan.dropped
            )
            return Simulation(world, plan, database, server, settings, disk, say).run(targets)
    finally:
        database.dispose()
        disk.unmount()


class _serving:  # noqa: N801 - a context manager that reads like one
    def __init__(self, settings: Settings, clock: Clock, plan: Plan) -> None:
        self.server = Server(replace(settings, worker=True), clock.path)

    def __enter__(self) -> Server:
        self.server.start()
        return self.server

    def __exit__(self, *_error: object) -> None:
        self.server.stop()


@dataclass
class Simulation:
    """The stages, one after the other."""

    world: World
    plan: Plan
    database: Database
    server: Server
    settings: Settings
    disk: SmallDisk
    say: Say
    full: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, targets: list[Target]) -> Outcome:
        """From opening to publication."""
        begun = self.world.clock.now()
        judging.open_round(self.world, instrument=self.plan.instrument, now=begun)
        offices = [Office(self.world, one) for one in self._with_assessments(targets)]
        chaos = Chaos(self.server, self.plan.kill_every, random.Random(self.plan.seed))
        with chaos:
            with self._shortage() as shortage:
                self._stage("pengisian", offices, Office.fill)
            self.full = shortage.times
            late = self._hand_in(offices, begun)
            self._extended(late)
            self._verified(offices, begun)
            self._replied(offices, begun)
            self._settled(offices)
        self.world.close()
        return self._outcome()

    def _shortage(self) -> Shortage:
        noticed = self.world.ledger.counts
        return Shortage(
            self.disk, self.plan.full_every, 3.0, lambda: noticed["full disk"] > 0,
            random.Random(self.plan.seed),
        )  # fmt: skip

    def _with_assessments(self, targets: Iterable[Target]) -> list[Target]:
        wanted = select(Assessment.office_code, Assessment.id).join(Round).where(Round.slug == SLUG)
        with self.database.read() as session:
            ids = {row.office_code: row.id for row in session.execute(wanted)}
        return [replace(target, assessment=ids[target.code]) for target in targets]

    def _stage(
        self, name: str, people: list[Office], act: Callable[[Office], object]
    ) -> list[object]:
        """All act, so many at once; what nobody can help is a trouble of the run."""
        begun = time.monotonic()

        def one(person: Office) -> object:
            try:
                return act(person)
            except (GaveUpError, LookupError, RuntimeError, StopIteration) as error:
                self.world.ledger.trouble(f"{name} {person.target.code}: {error!r}"[:500])
                return None

        with ThreadPoolExecutor(self.plan.clients) as pool:
            done = list(pool.map(one, people))
        self.world.close()
        self.seconds[name] = time.monotonic() - begun
        self.say(f"{name}: {len(people)}, {self.seconds[name]:.0f} s")
        return done

    def _hand_in(self, offices: list[Office], begun: datetime) -> list[Office]:
        """Most in time; the last tenth while the deadline passes. Gives those that were late."""
        tenth = max(1, len(offices) // 10)
        self._stage("pengajuan", offices[:-tenth], Office.hand_in)
        end = begun + timedelta(days=1)
        self.world.jump(end - timedelta(minutes=10))
        self._stage("masuk sebelum batas waktu", offices[-tenth:], Office.come)
        self.world.clock.set_to(end - timedelta(seconds=2))
        done = self._stage("pengajuan di batas waktu", offices[-tenth:], Office.hand_in)
        last = zip(offices[-tenth:], done, strict=True)
        late = [office for office, handed_in in last if not handed_in]
        waits = [
            office for office in late if office.target.assessment not in self.world.ledger.submitted
        ]
        self.world.clock.set_to(end + timedelta(minutes=1))
        return waits

    def _extended(self, late: list[Office]) -> None:
        until = self.world.clock.now() + timedelta(hours=12)
        judging.extend(self.world, [office.target for office in late], until)
        self._stage("perpanjangan", late, Office.hand_in)

    def _verified(self, offices: list[Office], begun: datetime) -> None:
        done = self._stage("verifikasi", offices, lambda office: self._verify(office, first=True))
        back = [office for office, ended in zip(offices, done, strict=True) if ended is True]
        self._stage("perbaikan", back, Office.mend)
        self._stage("verifikasi ulang", back, lambda office: self._verify(office, first=False))

    def _verify(self, office: Office, *, first: bool) -> bool:
        who = judging.verifier_of(office.target, office.chance.random() if first else 0.0)
        if first:
            office.verifier = who
        browser = self.world.browser(office.verifier)
        return judging.Verification(self.world, office.target, browser).run(may_return=first)

    def _replied(self, offices: list[Office], begun: datetime) -> None:
        answering = [office for office in offices if office.chance.random() < 0.9]
        self._stage("masa sanggah", answering, Office.reply)
        self.world.jump(begun + timedelta(days=10))

    def _settled(self, offices: list[Office]) -> None:
        def settle(office: Office) -> None:
            national = office.target.kind == "national"
            who = EXTERNAL[1] if national else SETTLER
            judging.settle(self.world, office.target, self.world.browser(who))

        self._stage("penetapan", offices, settle)
        judging.publish(self.world)

    def _outcome(self) -> Outcome:
        ledger = self.world.ledger
        with self.database.read() as session:
            found = list(checks.faults(session, ledger, store_of(self.settings)))
            states = checks.summary(session)
        wanted = states.get("published", 0)
        if wanted != self.plan.offices:
            found.append(f"{wanted} of {self.plan.offices} assessments are published")
        return Outcome(
            states,
            dict(ledger.counts),
            found,
            ledger.troubles,
            self.seconds,
            self.server.killed,
            self.full,
        )
