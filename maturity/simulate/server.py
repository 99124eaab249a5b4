"""The application in processes of its own, which a simulation may kill at any moment."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from maturity.config import Settings
from maturity.simulate.served import CLOCK

PATIENCE = 120


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A server that is started again whenever it was killed."""

    settings: Settings
    clock: Path
    port: int = field(default_factory=_free_port)
    killed: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to serve; returns once it answers."""
        told = {
            name: value for name, value in os.environ.items() if not name.startswith("MATURITY")
        }
        told |= {
            "MATURITY_DATA": str(self.settings.data),
            "MATURITY_DATABASE_URL": self.settings.database,
            "MATURITY_SECRET_KEY": self.settings.secret(),
            "MATURITY_SECURE_COOKIES": "0",
            "MATURITY_PROXIES": "1",
            "MATURITY_WORKERS": str(self.settings.workers),
            "MATURITY_LOG_LEVEL": "ERROR",
            CLOCK: str(self.clock),
        }
        log = (self.settings.data / "server.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "maturity.simulate.server", str(self.port)],
                env=told, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
            except (OSError, HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()
        raise RuntimeError(f"the server does not answer; see {self.settings.data / 'server.log'}")

    def kill(self) -> None:
        """As when the power fails: all its processes at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self.killed += 1

    def stop(self) -> None:
        """Ask it to end."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)


@dataclass
class Chaos:
    """Kills the server at random moments and starts it again, until it is told to end."""

    server: Server
    every: float
    """Mean seconds between two kills."""
    chance: random.Random
    between: Callable[[], None] = lambda: None
    _end: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Chaos:
        if self.every > 0:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        wait = self.every / 3  # however short the run is, it meets one
        while not self._end.wait(wait):
            self.server.kill()
            self.between()
            self.server.start()
            wait = self.chance.expovariate(1 / self.every)


def main(port: int) -> None:
    """Serve the application of a simulation."""
    from maturity.server import serve

    settings = Settings.from_environment()
    serve(settings, host="127.0.0.1", port=port, application="maturity.simulate.served:application")


if __name__ == "__main__":
    main(int(sys.argv[1]))
