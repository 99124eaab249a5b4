"""``maturity backup``, ``restore`` and ``db upgrade``: what an administrator does with data."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings

if TYPE_CHECKING:
    from maturity.backup import Manifest
    from maturity.config import Settings
    from maturity.survey.files import FolderStore


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
    backup.add_argument(
        "--without-files",
        action="store_true",
        help=say("tanpa berkas bukti dukung", "leave the evidence files out"),
    )
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

    settings = read_settings()
    store = None if args.without_files else _folder(settings)
    made = backup(settings.database, args.file, files=store)
    _say_counts(made, args.file)
    if store is None and not args.without_files:
        sys.stdout.write(
            say(
                "Berkas bukti dukung ada di S3 dan tidak ikut dicadangkan; cadangkan bucket itu "
                "tersendiri.\n",
                "The evidence files are in S3 and not in the backup; back up that bucket "
                "separately.\n",
            )
        )
    for sha256 in made.damaged:
        sys.stdout.write(say(f"{sha256}: rusak, tidak ikut\n", f"{sha256}: damaged, left out\n"))
    return 1 if made.damaged else 0


def run_restore(args: argparse.Namespace) -> int:
    """Restore a backup and say how much was in it."""
    from maturity.backup import restore
    from maturity.survey.files import FolderStore

    settings = read_settings()
    store = _folder(settings) or FolderStore(settings.data / "files")
    found = restore(settings.database, args.file, force=args.force, files=store)
    _say_counts(found, args.file)
    if found.files is None:
        sys.stdout.write(
            say(
                "Cadangan ini tidak memuat berkas bukti dukung; pulihkan berkas itu tersendiri.\n",
                "This backup holds no evidence files; restore them separately.\n",
            )
        )
    elif _folder(settings) is None:
        root = store.root
        sys.stdout.write(
            say(
                f"Berkas ada di {root}; salin ke S3 dengan `maturity files move --from {root}`.\n",
                f"The files are in {root}; copy them to S3: `maturity files move --from {root}`.\n",
            )
        )
    return 0


def _folder(settings: Settings) -> FolderStore | None:
    """Where an installation keeps its files; None where that is a bucket."""
    from maturity.survey.files import FolderStore, store_of

    store = None if settings.files.startswith("s3://") else store_of(settings)
    return store if isinstance(store, FolderStore) else None


def run_upgrade(_args: argparse.Namespace) -> int:
    """Upgrade and say the revision."""
    from maturity.schema import upgrade

    revision = upgrade(read_settings().database)
    sys.stdout.write(say(f"Revisi basis data: {revision}\n", f"Database revision: {revision}\n"))
    return 0


def _say_counts(made: Manifest, file: Path) -> None:
    rows, tables, files = made.rows, len(made.tables), made.files or 0
    words = say(
        f"{rows} baris dari {tables} tabel, {files} berkas bukti dukung",
        f"{rows} rows of {tables} tables, {files} evidence files",
    )
    sys.stdout.write(f"{file}: {words}\n")
