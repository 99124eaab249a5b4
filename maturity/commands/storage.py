"""``maturity backup``, ``restore`` and ``db upgrade``: what an administrator does with data."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    backup = commands.add_parser(
        "backup",
        help=say(
            "cadangkan seluruh isi basis data, juga saat aplikasi berjalan",
            "back up all data, also while the application serves",
        ),
    )
    _file(backup, say("berkas cadangan yang akan dibuat (.zip)", "the file to make (.zip)"))
    backup.set_defaults(run=run_backup)
    restore = commands.add_parser(
        "restore",
        help=say("pulihkan cadangan ke basis data kosong", "restore a backup into an empty base"),
    )
    _file(restore, say("berkas cadangan", "a backup's file"))
    restore.add_argument(
        "--force",
        action="store_true",
        help=say("ganti semua data yang ada sekarang", "replace all present data"),
    )
    restore.set_defaults(run=run_restore)
    _add_db(commands)


def _file(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=words)


def _add_db(commands: Commands) -> None:
    base = commands.add_parser("db", help=say("urus tabel basis data", "look after the tables"))
    below = base.add_subparsers(
        title=say("perintah", "commands"), metavar=say("PERINTAH", "COMMAND"), required=True
    )
    upgrade = below.add_parser(
        "upgrade",
        help=say("mutakhirkan tabel ke versi aplikasi ini", "bring the tables up to this version"),
    )
    upgrade.set_defaults(run=run_upgrade)


def run_backup(args: argparse.Namespace) -> int:
    """Write a backup and say how much is in it."""
    from maturity.backup import backup

    made = backup(read_settings().database, args.file)
    _say_counts(made.rows, len(made.tables), args.file)
    return 0


def run_restore(args: argparse.Namespace) -> int:
    """Restore a backup and say how much was in it."""
    from maturity.backup import restore

    found = restore(read_settings().database, args.file, force=args.force)
    _say_counts(found.rows, len(found.tables), args.file)
    return 0


def run_upgrade(_args: argparse.Namespace) -> int:
    """Upgrade and say the revision."""
    from maturity.schema import upgrade

    revision = upgrade(read_settings().database)
    sys.stdout.write(say(f"Revisi basis data: {revision}\n", f"Database revision: {revision}\n"))
    return 0


def _say_counts(rows: int, tables: int, file: Path) -> None:
    words = say(f"{rows} baris dari {tables} tabel", f"{rows} rows of {tables} tables")
    sys.stdout.write(f"{file}: {words}\n")
