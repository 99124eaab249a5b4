"""The door for archived links: which are due, noting what was found, and reading it back.

Opening links is the work of a job or a command, never of a page: ``archive_links`` holds no
session while it waits for others, and writes each finding at once, so that broken off it goes
on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from maturity.db import Database
from maturity.survey.chain import sha256
from maturity.survey.files import FileStore
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.link_fetch import Fetched
from maturity.survey.link_models import ArchivedLink
from maturity.survey.models import Assessment, Evidence

FRESH = timedelta(hours=20)
"""A check younger than this is not done again."""
AGAIN = timedelta(days=365)
"""Links that results rest on are looked at again when their last check is older than this."""
RETRY_AFTER = (timedelta(days=3), timedelta(days=14))
"""One that opened no longer is tried again after each of these, before it rests for ``AGAIN``."""
AT_MOST = 50
"""So many are looked at again in one run, so that other jobs get their turn."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a link: its last check, and the newest copy, which may be older."""

    last: ArchivedLink
    copy: ArchivedLink | None

    @property
    def opens(self) -> bool:
        """Whether it could be opened when it was last tried."""
        return opens(self.last)


def opens(check: ArchivedLink) -> bool:
    """Whether this check found the page."""
    return _opened(check.status, check.error)


def _opened(status: int | None, error: str) -> bool:
    return not error and status is not None and 200 <= status < 300


@dataclass(frozen=True, slots=True)
class Tools:
    """What opening links needs. ``progress`` is told (done, all, ""); True, or an error: stop."""

    database: Database
    store: FileStore
    fetch: Callable[[str], Fetched]
    now: Callable[[], datetime]
    progress: Callable[[int, int, str], bool | None] = lambda *_: False
    seen: Callable[[ArchivedLink], None] = lambda _: None


def archive_links(payload: Mapping[str, int], tools: Tools) -> dict[str, int]:
    """Open the due links of ``{"assessment": id}`` or ``{"round": id}``; how many were, and broke.

    Done twice it opens nothing a second time. NotKeptError where the copy cannot be stored; what
    was found before it is kept.
    """
    with tools.database.read() as session:
        urls = due(session, _assessments(session, payload), before=tools.now() - FRESH)
    return _open(urls, tools)


def look_again(tools: Tools) -> dict[str, int]:
    """Open those links of ``resting`` that nobody opened for long, a bounded number."""
    with tools.database.read() as session:
        urls = resting(session, at=tools.now())[:AT_MOST]
    return _open(urls, tools)


def _open(urls: Sequence[str], tools: Tools) -> dict[str, int]:
    checked = broken = 0
    for url in urls:
        if tools.progress(checked, len(urls), ""):
            break
        found = tools.fetch(url)
        copy = None if found.body is None else tools.store.put(found.body)
        with tools.database.write() as session:
            row = record(session, found, copy)
            session.flush()
            session.expunge(row)
        tools.seen(row)
        checked, broken = checked + 1, broken + (not opens(row))
    tools.progress(checked, len(urls), "")
    return {"checked": checked, "broken": broken, "left": len(urls) - checked}


def _assessments(session: Session, payload: Mapping[str, int]) -> list[int]:
    if "assessment" in payload:
        return [payload["assessment"]]
    of_round = select(Assessment.id).where(Assessment.round_id == payload["round"])
    return list(session.scalars(of_round.order_by(Assessment.id)))


def due(session: Session, assessments: Collection[int], *, before: datetime) -> list[str]:
    """Links that these assessments hand in at present and that nobody opened since a moment."""
    wanted = (
        select(Evidence.url)
        .where(
            Evidence.assessment_id.in_(assessments),
            Evidence.usable,
            Evidence.removed_at.is_(None),
        )
        .group_by(Evidence.url)
        .order_by(func.min(Evidence.id))
    )
    urls = list(session.scalars(wanted))
    known = latest_for(session, urls)
    return [url for url in urls if url not in known or known[url].last.checked_at < before]


def resting(session: Session, *, at: datetime) -> list[str]:
    """Links of published assessments, and those carried on into a later one, that are due at a
    moment: what was never opened first, then the longest ago."""
    wanted = (
        select(Evidence.url)
        .join(Assessment, Assessment.id == Evidence.assessment_id)
        .where(Evidence.usable, Evidence.removed_at.is_(None))
        .where(
            or_(
                Assessment.state == AssessmentState.PUBLISHED, Evidence.carried_from_id.is_not(None)
            )
        )
        .group_by(Evidence.url)
        .order_by(func.min(Evidence.id))
    )
    checks = _checks_since_opened(session)
    urls = {url: checks.get(sha256(url), _Checks()) for url in session.scalars(wanted)}
    never = datetime.min.replace(tzinfo=UTC)
    due_ = [url for url, one in urls.items() if one.last is None or one.last < at - one.rest]
    return sorted(due_, key=lambda url: urls[url].last or never)


@dataclass(slots=True)
class _Checks:
    """The last check of a link, and how many failed since it last opened."""

    last: datetime | None = None
    failed: int = 0

    @property
    def rest(self) -> timedelta:
        """How long it is left alone."""
        return RETRY_AFTER[self.failed - 1] if 0 < self.failed <= len(RETRY_AFTER) else AGAIN


def _checks_since_opened(session: Session) -> dict[str, _Checks]:
    """By the hash of their address."""
    query = select(
        ArchivedLink.url_sha256, ArchivedLink.checked_at, ArchivedLink.status, ArchivedLink.error
    ).order_by(ArchivedLink.id)
    found: dict[str, _Checks] = {}
    for hash_, at, status, error in session.execute(query):
        one = found.setdefault(hash_, _Checks())
        one.last = at
        one.failed = 0 if _opened(status, error) else one.failed + 1
    return found


def record(session: Session, found: Fetched, copy: str | None) -> ArchivedLink:
    """Note one check; ``copy`` is the SHA-256 under which its body was stored."""
    row = ArchivedLink(
        url=found.url,
        url_sha256=sha256(found.url),
        checked_at=found.at,
        status=found.status,
        error=str(found.fault or ""),
        final_url=found.final_url,
        content_sha256=copy,
        media_type=found.media_type,
        size=None if found.body is None else len(found.body),
        truncated=found.truncated,
    )
    session.add(row)
    return row


def latest_for(session: Session, urls: Iterable[str]) -> dict[str, Standing]:
    """What is known of those of these links that were ever checked."""
    hashes = {sha256(url): url for url in urls}
    found: dict[str, Standing] = {}
    for some in _pieces(list(hashes)):
        copies = {row.url_sha256: row for row in _newest(session, some, with_copy=True)}
        for row in _newest(session, some, with_copy=False):
            found[hashes[row.url_sha256]] = Standing(row, copies.get(row.url_sha256))
    return found


def _newest(session: Session, hashes: Sequence[str], *, with_copy: bool) -> Iterable[ArchivedLink]:
    newest = select(func.max(ArchivedLink.id)).where(ArchivedLink.url_sha256.in_(hashes))
    if with_copy:
        newest = newest.where(ArchivedLink.content_sha256.is_not(None))
    ids = newest.group_by(ArchivedLink.url_sha256)
    return session.scalars(select(ArchivedLink).where(ArchivedLink.id.in_(ids)))


def _pieces(all_: list[str]) -> Iterable[list[str]]:
    return (all_[start : start + _AT_ONCE] for start in range(0, len(all_), _AT_ONCE))
