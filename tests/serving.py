"""A real server in a process of its own, as ``maturity serve`` starts it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("maturity")
SECRET = "a-secret-that-only-tests-use"


@dataclass
class Server:
    """A running server; its log lines as far as they were read."""

    process: subprocess.Popen[str]
    port: int
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def read_until(self, event: str) -> None:
        """Read log lines until one of that event; AssertionError when the log ends before."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line))
            if self.lines[-1]["event"] == event:
                return
        raise AssertionError(f"the server ended without {event!r}: {self.lines}")

    def stop(self) -> int:
        """Ask it to stop, read the rest of its log, give its exit code."""
        ended = threading.Event()
        asking = threading.Thread(target=self._ask_to_stop, args=(ended,), daemon=True)
        asking.start()
        code = self.read_to_the_end()
        ended.set()
        return code

    def read_to_the_end(self) -> int:
        """Of one that is ending already: read the rest of its log, give its exit code."""
        assert self.process.stderr is not None
        self.lines.extend(json.loads(line) for line in self.process.stderr)
        return self.process.wait(30)

    def _ask_to_stop(self, ended: threading.Event) -> None:
        """Again and again: a signal that comes while a process is being begun may get lost."""
        while self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            if ended.wait(15):
                return

    def kill(self) -> None:
        """Kill all its processes at once, as when the power fails."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


@contextmanager
def serving(data: Path, database_url: str, **settings: str) -> Iterator[Server]:
    """A server that answers; killed at the end if it still runs."""
    environment = {name: value for name, value in os.environ.items() if "MATURITY" not in name}
    environment |= {
        "MATURITY_DATA": str(data),
        "MATURITY_DATABASE_URL": database_url,
        "MATURITY_SECRET_KEY": SECRET,
        "MATURITY_SECURE_COOKIES": "0",
        "MATURITY_WORKER": "0",  # it takes seconds of a core to begin
        **settings,
    }
    port = free_port()
    process = subprocess.Popen(
        [str(COMMAND), "serve", "--port", str(port)],
        env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    server = Server(process, port)
    fuse = threading.Timer(300, server.kill)  # a test that waits for a word never said fails
    fuse.daemon = True
    fuse.start()
    try:
        server.read_until("serving")
        yield server
    finally:
        fuse.cancel()
        if process.poll() is None:
            server.kill()
        assert process.stderr is not None
        process.stderr.close()


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
