"""``maturity demo``: made-up data for the whole country, and the application to look at it."""

from __future__ import annotations

import argparse
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings
from maturity.errors import MaturityError

HOST = "127.0.0.1"


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    parser = commands.add_parser(
        "demo",
        help=say(
            "buat data contoh 553 kantor lalu jalankan aplikasi di komputer ini",
            "make demo data for 553 offices and run the application on this machine",
        ),
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        metavar="PORT",
        help=say("porta (bawaan: %(default)s)", "port (default: %(default)s)"),
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=say(
            "folder data contoh (bawaan: demo di dalam MATURITY_DATA)",
            "folder of the demo data (default: demo in MATURITY_DATA)",
        ),
    )
    parser.add_argument(
        "--no-serve",
        action="store_true",
        help=say("hanya buat datanya", "only make the data"),
    )
    parser.set_defaults(run=run_demo)


def run_demo(args: argparse.Namespace) -> int:
    """Build unless it is there, say how to sign in, serve until told to stop."""
    from maturity.demo.site import prepare

    settings = read_settings()
    if not args.no_serve:
        _refuse_taken(args.port)
    start = time.monotonic()

    def tell(indonesian: str, english: str) -> None:
        spent = time.monotonic() - start
        sys.stderr.write(f"{spent:5.1f} s  {say(indonesian, english)}\n")
        sys.stderr.flush()

    site = prepare(settings, args.data or settings.data / "demo", now=datetime.now(UTC), tell=tell)
    if site.built:
        tell("Data contoh siap", "The demo data is ready")
    if args.no_serve:
        sys.stdout.write(f"{site.settings.data}\n{sign_ins()}")
        return 0
    from maturity.server import serve

    address = f"http://{HOST}:{args.port}/"
    serve(site.settings, host=HOST, port=args.port, ready=lambda: _welcome(address))
    return 0


def _refuse_taken(port: int) -> None:
    """Better before than after the building."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise MaturityError(
                f"Porta {port} tidak dapat dipakai; pilih yang lain dengan --port.",
                f"Port {port} cannot be used; choose another one with --port.",
                field="port",
            ) from error


def _welcome(address: str) -> None:
    stop = say("Tekan Ctrl+C untuk berhenti.", "Press Ctrl+C to stop.")
    sys.stdout.write(f"\n{address}\n\n{sign_ins()}\n{stop}\n")
    sys.stdout.flush()


def sign_ins() -> str:
    """All sign-ins of the demo as lines for the terminal, in both languages."""
    from maturity.demo.people import PASSWORD, SIGN_INS

    wide = max(len(one.email) for one in SIGN_INS) + 2
    lines = [
        "DATA CONTOH / DEMO",
        "Semua angka, orang, dan jawaban adalah rekaan. / All figures, people and answers are",
        "invented.",
        "",
        f"Kata sandi semua akun / Password of all accounts: {PASSWORD}",
        "",
    ]
    for one in SIGN_INS:
        lines.append(f"  {one.email:<{wide}}{one.title_id}")
        if one.title_en != one.title_id:
            lines.append(f"  {'':<{wide}}{one.title_en}")
    return "\n".join(lines) + "\n"
