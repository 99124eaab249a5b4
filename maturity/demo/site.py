"""The folder of a demo installation: built when there is none, or an older one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from maturity import schema
from maturity.config import Settings
from maturity.db import Database
from maturity.demo.build import INSTRUMENT, Tell, build_demo
from maturity.demo.rounds import keep_open
from maturity.errors import MaturityError
from maturity.survey.shipped import locate

STAMP = "demo.json"
DATA_VERSION = 3  # raise it when the same seed gives other data


@dataclass(frozen=True, slots=True)
class Site:
    """A demo installation that is ready to be served. ``summary`` is ``DemoSummary`` as JSON."""

    settings: Settings
    summary: dict[str, Any]
    built: bool


def demo_settings(settings: Settings, folder: Path) -> Settings:
    """Settings of a demo: own database and secret, marked as made-up, plain http here only.

    A database address, secret or mail server of the real installation is left aside on purpose:
    the demo's people have a password that everybody knows, and addresses of nobody.
    """
    return replace(
        settings,
        data=folder.expanduser().resolve(),
        database_url="",
        secret_key="",
        base_url="",
        smtp="",
        smtp_password="",
        mail_from="",
        secure_cookies=False,
        proxies=0,
        log_level="WARNING",
        extra={**settings.extra, "MATURITY_DEMO": True},
    )


def prepare(settings: Settings, folder: Path, *, now: datetime, tell: Tell) -> Site:
    """Build the demo in this folder unless it is there. MaturityError for real data."""
    site = demo_settings(settings, folder)
    stamp, version = _stamp(site), _version()
    found = _database(site).exists()
    if found and stamp is None:
        raise MaturityError(
            f"{site.data} berisi basis data yang bukan data contoh. Pilih folder lain.",
            f"{site.data} holds a database that is not demo data. Choose another folder.",
            field="data",
        )
    if found and stamp is not None and stamp == {**stamp, "version": version, "ready": True}:
        _reopen(site, now)
        return Site(site, stamp["summary"], built=False)
    return Site(site, _build(site, version=version, now=now, tell=tell), built=True)


def _build(site: Settings, *, version: str, now: datetime, tell: Tell) -> dict[str, Any]:
    site.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_stamp(site, {"version": version, "ready": False})
    for ending in ("", "-wal", "-shm"):
        Path(f"{_database(site)}{ending}").unlink(missing_ok=True)
    schema.upgrade(site.database)
    database = Database(site.database)
    try:
        summary = asdict(build_demo(database, now=now, tell=tell))
    finally:
        database.dispose()
    _write_stamp(site, {"version": version, "ready": True, "summary": summary})
    return summary


def _reopen(site: Settings, now: datetime) -> None:
    """A demo that was built weeks ago still has a round to fill in."""
    database = Database(site.database)
    try:
        with database.write() as session:
            keep_open(session, now)
    finally:
        database.dispose()


def _database(site: Settings) -> Path:
    return site.data / "maturity.sqlite3"


def _version() -> str:
    text = locate(INSTRUMENT).read_bytes()
    return f"{DATA_VERSION}-{schema.head()}-{hashlib.sha256(text).hexdigest()[:12]}"


def _stamp(site: Settings) -> dict[str, Any] | None:
    try:
        found = json.loads((site.data / STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write_stamp(site: Settings, content: dict[str, Any]) -> None:
    path = site.data / STAMP
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
