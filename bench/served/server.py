"""The production server on a folder of demo data, for the length of a ``with``."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

WORKERS = 2
COMMAND = f"maturity serve --workers {WORKERS}"


@contextmanager
def served(data: Path, url: str = "") -> Iterator[int]:
    """Run ``maturity serve`` with its own defaults; the port. ``url``: another database."""
    port = _free_port()
    program = Path(sys.executable).parent / "maturity"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MATURITY_")}
    environment = kept | {
        "MATURITY_DATA": str(data),
        "MATURITY_DATABASE_URL": url,
        "MATURITY_SECURE_COOKIES": "0",  # plain http, as behind a proxy on the same machine
    }
    command = [str(program), "serve", "--port", str(port), "--workers", str(WORKERS)]
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait(process, port)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, *, patience: float = 60) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("the server does not answer")
