"""``maturity serve``: the production server."""

from __future__ import annotations

import argparse
from dataclasses import replace

from maturity.commands.language import say
from maturity.commands.parser import Commands
from maturity.commands.settings import read_settings


def add(commands: Commands) -> None:
    """Register the commands of this module."""
    words = say(
        "mutakhirkan basis data lalu jalankan aplikasi",
        "bring the database up to date and run the application",
    )
    parser = commands.add_parser("serve", help=words)
    words = say("alamat (bawaan: %(default)s)", "address (default: %(default)s)")
    parser.add_argument("--host", default="127.0.0.1", metavar="HOST", help=words)
    words = say("porta (bawaan: %(default)s)", "port (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, metavar="PORT", help=words)
    words = say(
        "banyaknya proses (bawaan: MATURITY_WORKERS, atau 2)",
        "number of processes (default: MATURITY_WORKERS, or 2)",
    )
    parser.add_argument("--workers", type=int, metavar="N", help=words)
    parser.set_defaults(run=run_serve)


def run_serve(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from maturity.server import serve

    settings = read_settings()
    if args.workers is not None:
        settings = replace(settings, workers=args.workers)
    serve(settings, host=args.host, port=args.port)
    return 0
