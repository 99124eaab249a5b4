"""``maturity jobs``: look at the work in the background, stop it, let it run again."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from maturity.commands.database import current, reading
from maturity.commands.language import say, spoken
from maturity.commands.parser import Commands
from maturity.errors import MaturityError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from maturity.jobs.models import Job

STATES = ("waiting", "running", "done", "failed", "cancelled")
MOST_ID = 2**31 - 1


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    words = say("pekerjaan latar belakang", "work in the background")
    base = commands.add_parser("jobs", help=words)
    below = base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    listed = below.add_parser("list", help=say("pekerjaan terakhir", "the latest jobs"))
    words = say("hanya yang berkeadaan ini", "only those in this state")
    listed.add_argument("--state", choices=STATES, help=words)
    words = say("paling banyak sekian (bawaan: %(default)s)", "at most (default: %(default)s)")
    listed.add_argument("--limit", type=int, default=20, metavar="N", help=words)
    listed.set_defaults(run=run_list)
    for name, run, words in (
        ("show", run_show, say("satu pekerjaan, seluruhnya", "one job, all of it")),
        ("cancel", run_cancel, say("batalkan", "cancel")),
        ("retry", run_retry, say("jalankan lagi yang sudah berakhir", "run a finished one again")),
    ):
        one = below.add_parser(name, help=words)
        one.add_argument("id", type=int, metavar="ID", help=say("nomor", "number"))
        one.set_defaults(run=run)


def run_list(args: argparse.Namespace) -> int:
    """One line a job, the newest first."""
    from sqlalchemy import select

    from maturity.jobs.models import Job

    query = select(Job).order_by(Job.id.desc()).limit(max(1, args.limit))
    if args.state:
        query = query.where(Job.state == args.state)
    with reading() as session:
        lines = [_line(job) for job in session.scalars(query)]
    sys.stdout.writelines(lines or [say("Tidak ada pekerjaan.\n", "There are no jobs.\n")])
    return 0


def run_show(args: argparse.Namespace) -> int:
    """What was asked for, how far it is, what came of it."""
    with reading() as session:
        job = _job(session, args.id)
        facts = (
            (say("kunci", "key"), job.key or ""),
            (say("isi", "payload"), job.payload),
            (say("percobaan", "attempts"), f"{job.attempts} / {job.max_attempts}"),
            (say("dibuat", "created"), _moment(job.created_at)),
            (say("tidak sebelum", "not before"), _moment(job.not_before)),
            (say("dipegang oleh", "held by"), job.claimed_by),
            (say("dipegang sampai", "held until"), _moment(job.lease_until)),
            (say("berakhir", "finished"), _moment(job.finished_at)),
            (say("hasil", "result"), job.result),
            (say("galat", "error"), job.error_in(spoken())),
        )
        sys.stdout.write(_line(job))
        sys.stdout.writelines(f"  {name}: {value}\n" for name, value in facts if value)
    return 0


def run_cancel(args: argparse.Namespace) -> int:
    """End a waiting job; ask a running one to stop."""
    from maturity.jobs import queue

    with current() as database, database.write() as session:
        job = _job(session, args.id)
        if not queue.cancel(session, job, now=datetime.now(UTC)):
            raise MaturityError(
                f"Pekerjaan {args.id} sudah berakhir.", f"Job {args.id} is finished already."
            )
        sys.stdout.write(_line(job))
    return 0


def run_retry(args: argparse.Namespace) -> int:
    """Let a finished job wait anew."""
    from maturity.jobs import queue

    with current() as database, database.write() as session:
        job = _job(session, args.id)
        if not queue.run_again(session, job, now=datetime.now(UTC)):
            raise MaturityError(
                f"Pekerjaan {args.id} belum berakhir.", f"Job {args.id} is not finished yet."
            )
        sys.stdout.write(_line(job))
    return 0


def _job(session: Session, number: int) -> Job:
    from maturity.jobs.models import Job

    found = session.get(Job, number) if 0 < number <= MOST_ID else None
    if found is None:
        raise MaturityError(f"Tidak ada pekerjaan {number}.", f"There is no job {number}.")
    return found


def _line(job: Job) -> str:
    from maturity.jobs.titles import state_of, title_of

    state = state_of(job.state, spoken())
    if job.cancel_requested and not job.finished:
        state = say("Sedang dihentikan", "Being stopped")
    far = f" {job.progress_done}/{job.progress_total}" if job.progress_total else ""
    return f"{job.id}  {state}{far}  {title_of(job.kind, spoken())}  {_moment(job.created_at)}\n"


def _moment(value: datetime | None) -> str:
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
