"""Load on a server: so many clients, each asking again as soon as it was answered.

A process of its own (``run_load``), one event loop, HTTP/1.1 with keep-alive; its share of
a core is reported, so that one sees whether the client or the server was the limit.
A client finishes what it began, so what it counts as saved must be in the database.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlencode

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
DONE = b""
WARM_UP = 1.0
Script = Generator[bytes, tuple[bytes, bytes], None]


@dataclass(frozen=True, slots=True)
class Load:
    """Units a second (median of the rounds), milliseconds of all units, share of one core."""

    rate: float
    p50: float
    p95: float
    worst: float
    cpu: float
    seen: list[int]


def run_load(plans: list[dict[str, Any]], *, port: int, seconds: float, rounds: int = 3) -> Load:
    """One client for each plan, in another process; RuntimeError on any wrong answer."""
    told = {"plans": plans, "port": port, "seconds": seconds / rounds, "rounds": rounds}
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(told), capture_output=True, text=True,
        timeout=60 + 10 * seconds, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout)
    each = [one["latencies"] for one in found["rounds"]]
    times = sorted(itertools.chain.from_iterable(each))
    if not times:
        raise RuntimeError(f"nothing was finished in {seconds} s")
    return Load(
        rate=median(len(one) / told["seconds"] for one in each),
        p50=times[len(times) // 2],
        p95=times[int(len(times) * 0.95)],
        worst=times[-1],
        cpu=median(one["cpu"] for one in found["rounds"]),
        seen=found["seen"],
    )


class Plan:
    """What one client does again and again, and the version it has seen last."""

    def __init__(self, told: dict[str, Any], port: int) -> None:
        self.told, self.port = told, port
        self.seen = int(told.get("seen", 0))
        self.script: Script = {"get": self.getting, "form": self.filling, "put": self.putting}[
            told["kind"]
        ]()

    def request(self, method: str, path: str, body: str = "", kind: str = "") -> bytes:
        """A request as bytes."""
        lines = [
            f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Accept-Encoding: gzip",
            f"Cookie: {self.told['cookie']}",
        ]  # fmt: skip
        if body:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body.encode())}"]
        if "token" in self.told:
            lines += [f"X-CSRFToken: {self.told['token']}", "Accept: application/json"]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def getting(self) -> Script:
        """Read a page."""
        asked = self.request("GET", self.told["path"])
        while True:
            head, _ = yield asked
            expect(head, b"200")
            yield DONE

    def filling(self) -> Script:
        """Send a form with one answer changed, then read the page that it leads to."""
        key, path = self.told["key"], self.told["path"]
        while True:
            value = self.told["values"][self.seen % 2]
            changed = [(f"value:{key}", value), (f"seen:{key}", str(self.seen))]
            body = urlencode([*map(tuple, self.told["fields"]), *changed])
            kind = "application/x-www-form-urlencoded"
            head, _ = yield self.request("POST", path, body, kind)
            expect(head, b"303")
            where = LOCATION.search(head)
            following = where[1].decode() if where else path
            if following == path:
                raise RuntimeError("the form was not accepted")
            self.seen += 1
            head, _ = yield self.request("GET", following)
            expect(head, b"200")
            yield DONE

    def putting(self) -> Script:
        """Save one answer as the script of the page does."""
        while True:
            change = {"value": self.told["values"][self.seen % 2], "seen": self.seen,
                      "reason": "", "note": ""}  # fmt: skip
            head, _ = yield self.request(
                "PUT", self.told["path"], json.dumps(change), "application/json"
            )
            expect(head, b"200")
            self.seen += 1
            yield DONE


def expect(head: bytes, status: bytes) -> None:
    """RuntimeError for any other answer."""
    if head[9:12] != status:
        raise RuntimeError(f"expected {status!r}: {head[:400]!r}")


class Client(asyncio.Protocol):
    """Sends what the plan says next as soon as an answer is whole."""

    def __init__(self, plan: Plan, round_: Round) -> None:
        self.plan, self.round = plan, round_
        self.received = bytearray()
        self.whole = -1
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport: Any = transport
        self.carefully(self.begin)

    def begin(self) -> None:
        """The first request of a unit."""
        self.began = time.perf_counter()
        self.transport.write(next(self.plan.script))

    def data_received(self, data: bytes) -> None:
        """Wait until an answer is whole."""
        self.received += data
        if self.whole < 0:
            self.end_of_head = self.received.find(b"\r\n\r\n") + 4
            if self.end_of_head < 4:
                return
            length = LENGTH.search(self.received, 0, self.end_of_head)
            self.whole = self.end_of_head + (int(length[1]) if length else 0)
        if len(self.received) >= self.whole:
            self.carefully(self.go_on)

    def carefully(self, step: Callable[[], None]) -> None:
        """What goes wrong ends the whole measurement."""
        try:
            step()
        except Exception as error:
            self.ended.set_exception(error)
            self.transport.close()

    def go_on(self) -> None:
        """The answer is whole: the next request, or the next unit."""
        head, body = self.received[: self.end_of_head], self.received[self.end_of_head :]
        self.received, self.whole = bytearray(), -1
        following = self.plan.script.send((bytes(head), bytes(body)))
        if following != DONE:
            self.transport.write(following)
            return
        now = time.perf_counter()
        if self.round.start <= now <= self.round.stop:
            self.round.latencies.append((now - self.began) * 1000)
        if now < self.round.stop:
            self.begin()
        else:
            self.transport.close()
            self.ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """A connection that the server cut is a failure."""
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the server closed the connection"))


class Round:
    """One measured stretch of time."""

    def __init__(self, seconds: float) -> None:
        self.start = time.perf_counter() + WARM_UP
        self.stop = self.start + seconds
        self.latencies: list[float] = []


def same(client: Client) -> Client:
    """What asyncio calls to get the protocol of a connection."""
    return client


async def measure(plans: list[Plan], seconds: float) -> dict[str, Any]:
    """New connections, a warm-up, then the measured time."""
    loop = asyncio.get_running_loop()
    round_ = Round(seconds)
    cpu, wall = time.process_time(), time.perf_counter()
    clients = []
    for plan in plans:
        client = Client(plan, round_)
        await loop.create_connection(partial(same, client), "127.0.0.1", plan.port)
        clients.append(client)
    await asyncio.gather(*(client.ended for client in clients))
    share = (time.process_time() - cpu) / (time.perf_counter() - wall)
    return {"latencies": round_.latencies, "cpu": share}


async def main() -> None:
    """Read the task from standard input, write what was found to standard output."""
    told = json.load(sys.stdin)
    plans = [Plan(one, told["port"]) for one in told["plans"]]
    rounds = []
    for _ in range(told["rounds"]):
        rounds.append(await measure(plans, told["seconds"]))
    print(json.dumps({"rounds": rounds, "seen": [plan.seen for plan in plans]}))


if __name__ == "__main__":
    asyncio.run(main())
