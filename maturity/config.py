"""Every setting once, typed, read from ``MATURITY_*`` (see docs/running.md)."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

EXTRA = "MATURITY_SERVER_EXTRA"
"""From a process to those it starts: what no setting says, such as that this is a demo."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a running application was told. ``MATURITY_`` + upper-case field name."""

    data: Path
    """Folder of the database, the secret and all files that belong to this installation."""
    database_url: str = ""
    """SQLAlchemy address; empty: ``maturity.sqlite3`` in the data folder."""
    secret_key: str = ""
    """Signs sessions and forms; empty: made once and kept in the data folder."""
    base_url: str = ""
    """Public address for links in invitations, e.g. ``https://maturitas.example.go.id``."""
    secure_cookies: bool = True
    """Send cookies over https only; turned off by ``maturity demo`` on this machine."""
    workers: int = 2
    """Server processes."""
    worker: bool = True
    """Whether ``maturity serve`` runs a worker for jobs beside the server."""
    job_processes: int = 2
    """Processes among which a job divides heavy work."""
    scheduler: str = ""
    """Address of a Dask scheduler, which then gets the heavy work of jobs."""
    smtp: str = field(default="", repr=False)
    """Address of the mail server; empty: letters become files in the folder ``mail``."""
    smtp_password: str = field(default="", repr=False)
    """Its password, instead of one in the address."""
    mail_from: str = ""
    """Sender's address of all letters; empty: the mail server's user."""
    proxies: int = 0
    """How many trusted reverse proxies stand before the server."""
    max_file: int = 5_000_000
    """Greatest size of one evidence file, in bytes."""
    files: str = ""
    """Where evidence files are kept: ``s3://bucket/prefix?endpoint=…&region=…``; empty: folder
    ``files`` in the data folder."""
    check_links: bool = True
    """Whether links are opened and archived; off where the server has no way out."""
    log_level: str = "INFO"
    """Least severity that is logged."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """For tests: values put into Flask's config."""

    def __post_init__(self) -> None:
        """Addresses are written as base_url + path, so it ends without a slash."""
        object.__setattr__(self, "base_url", self.base_url.strip().rstrip("/"))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; ValueError names a setting that cannot be read."""
        env = os.environ if environment is None else environment
        data = Path(env.get("MATURITY_DATA") or _default_data(env)).expanduser().resolve()
        return cls(
            data=data,
            database_url=env.get("MATURITY_DATABASE_URL", ""),
            secret_key=env.get("MATURITY_SECRET_KEY", ""),
            base_url=env.get("MATURITY_BASE_URL", ""),
            secure_cookies=_flag(env, "MATURITY_SECURE_COOKIES", default=True),
            workers=_number(env, "MATURITY_WORKERS", default=2),
            worker=_flag(env, "MATURITY_WORKER", default=True),
            job_processes=_number(env, "MATURITY_JOB_PROCESSES", default=2),
            scheduler=env.get("MATURITY_SCHEDULER", ""),
            smtp=env.get("MATURITY_SMTP", "").strip(),
            smtp_password=env.get("MATURITY_SMTP_PASSWORD", ""),
            mail_from=env.get("MATURITY_MAIL_FROM", "").strip(),
            proxies=_number(env, "MATURITY_PROXIES", default=0),
            max_file=_number(env, "MATURITY_MAX_FILE", default=5_000_000),
            files=_files(env),
            check_links=_flag(env, "MATURITY_CHECK_LINKS", default=True),
            log_level=env.get("MATURITY_LOG_LEVEL", "INFO").upper(),
        )

    @property
    def database(self) -> str:
        """The database's address."""
        if self.database_url:
            return self.database_url.replace("postgres://", "postgresql://", 1)
        return f"sqlite:///{self.data / 'maturity.sqlite3'}"

    def secret(self) -> str:
        """The signing secret; made once and readable by the owner only."""
        if self.secret_key:
            return self.secret_key
        path = self.data / "secret-key"
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()


def environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment says them."""
    told = {field.name: getattr(settings, field.name) for field in fields(settings)}
    extra = json.dumps(dict(told.pop("extra")))
    return {EXTRA: extra} | {
        f"MATURITY_{name.upper()}": str(int(value)) if isinstance(value, bool) else str(value)
        for name, value in told.items()
    }


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings back."""
    extra = json.loads(environ.get(EXTRA, "{}"))
    return replace(Settings.from_environment(environ), extra=extra)


def _default_data(env: Mapping[str, str]) -> str:
    home = env.get("XDG_DATA_HOME") or "~/.local/share"
    return f"{home}/maturity"


def _files(env: Mapping[str, str]) -> str:
    """An address of a bucket, or nothing; ValueError for anything else."""
    said = env.get("MATURITY_FILES", "").strip()
    try:
        parts = urlsplit(said)
        known = set(parse_qs(parts.query, strict_parsing=True)) if parts.query else set()
    except ValueError:
        parts, known = urlsplit("?"), {"?"}
    bucket = parts.scheme == "s3" and re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,62}", parts.netloc)
    if said and not (bucket and known <= {"endpoint", "region"} and not parts.fragment):
        raise ValueError(
            f"MATURITY_FILES is {said!r}; use s3://bucket/prefix?endpoint=https://…&region=…"
        )
    return said


def _flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    said = env.get(name, "").strip().lower()
    if said not in ("", "0", "1", "false", "true", "no", "yes"):
        raise ValueError(f"{name} is {said!r}; use 1 or 0")
    return default if not said else said in ("1", "true", "yes")


def _number(env: Mapping[str, str], name: str, *, default: int) -> int:
    said = env.get(name, "").strip()
    if said and not said.isdigit():
        raise ValueError(f"{name} is {said!r}; use a whole number")
    return int(said) if said else default
