"""The ``maturity`` command: 0 done, 1 bad input, 2 wrong usage; never a stack trace for input."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from maturity.commands import COMMANDS
from maturity.commands.language import asked_for, say, speaking, spoken, warn
from maturity.commands.parser import Parser
from maturity.errors import MaturityError
from maturity.survey.loader import InstrumentError

DONE, BAD_INPUT, INTERRUPTED = 0, 1, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    with speaking(asked_for(words)):
        try:
            args = parser().parse_args(words)
        except SystemExit as stop:
            return int(stop.code or DONE)
        try:
            return int(args.run(args))
        except (MaturityError, InstrumentError, OSError, KeyboardInterrupt) as error:
            return _failed(error)
        except Exception as error:
            trouble = _of_the_database(error)
            if trouble is None:
                raise
            return _failed(trouble)


def parser() -> Parser:
    """All commands."""
    whole = Parser(
        prog="maturity",
        description=say(
            "Penilaian maturitas data pemilu terbuka.", "Assess the maturity of open data."
        ),
    )
    whole.add_argument(
        "--version",
        action="version",
        version=f"maturity {_version()}",
        help=say("tampilkan versi", "show the version"),
    )
    commands = whole.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    for module in COMMANDS:
        module.add(commands)
    return whole


def _version() -> str:
    try:
        return version("maturity")
    except PackageNotFoundError:
        return "0"


def _of_the_database(error: Exception) -> MaturityError | None:
    """What to do about a database that is gone, or that another version made."""
    from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

    if not isinstance(error, InterfaceError | OperationalError | ProgrammingError):
        return None
    reason = str(error.orig).strip().partition("\n")[0]
    return MaturityError(
        f"Basis data tidak dapat dipakai: {reason}. Periksa MATURITY_DATA dan "
        "MATURITY_DATABASE_URL; basis data baru atau dari versi lama disiapkan oleh "
        "maturity serve.",
        f"The database cannot be used: {reason}. Check MATURITY_DATA and MATURITY_DATABASE_URL; "
        "a new database, or one of an older version, is made ready by maturity serve.",
    )


def _failed(error: BaseException) -> int:
    """Say what was wrong, without a stack trace."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):  # the reader had enough, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    if isinstance(error, MaturityError):
        sys.stderr.write(error.in_(spoken()) + "\n")
    elif isinstance(error, OSError):
        named = f"{error.filename}: " if error.filename else ""
        warn(f"{named}{error.strerror or error}")
    else:
        sys.stderr.write(f"{error}\n")
    return BAD_INPUT
