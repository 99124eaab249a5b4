"""Opening strangers' links: hostile servers on loopback, which alone these tests may reach."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from maturity.survey.link_fetch import Fetched, fetch
from maturity.survey.link_guard import Fault, Limits, Way, addresses, public
from tests.clock import START, Clock
from tests.survey.hostile_web import answer, certificate, serving

OUTSIDE = "198.51.100.7"


def here(host: str, _port: int) -> list[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


def opened(url: str, port: int, **given: object) -> Fetched:
    """Open a link with ``{}`` for the port; only 127.0.0.1 is permitted."""
    limits: dict[str, object] = {"seconds": 5.0, "ports": frozenset({port}), "body": 100_000}
    limits |= {name: given.pop(name) for name in list(given) if name in Limits.__slots__}
    way: dict[str, object] = {"resolve": here, "permitted": lambda ip: ip == "127.0.0.1", **given}
    return fetch(url.format(port), now=Clock(), way=Way(limits=Limits(**limits), **way))  # type: ignore[arg-type]


def test_a_page_is_copied() -> None:
    body = b"<p>Keputusan</p>" * 10
    with serving(lambda c, *_: c.sendall(answer(body, Content_Type="Text/HTML; charset=x"))) as (
        port, heard,
    ):  # fmt: skip
        found = opened("http://kpu.example:{}/sk 12/é?a=b c#x", port)
    assert (found.status, found.body, found.media_type) == (200, body, "text/html")
    assert (found.at, found.fault, found.truncated) == (START, None, False)
    assert found.sha256 == hashlib.sha256(body).hexdigest()
    [request] = heard
    assert request.startswith("GET /sk%2012/%C3%A9?a=b%20c HTTP/1.1\r\n")
    assert f"Host: kpu.example:{port}\r\n" in request
    assert "cookie" not in request.lower()
    assert "referer" not in request.lower()


@pytest.mark.parametrize("status", [204, 404, 500, 304])
def test_a_status_is_told_and_only_good_ones_leave_a_copy(status: int) -> None:
    with serving(lambda c, *_: c.sendall(answer(b"", status=status))) as (port, _):
        found = opened("http://kpu.example:{}/", port)
    assert (found.status, found.fault) == (status, None)
    assert found.body == (b"" if status == 204 else None)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://kpu.example:{}/", "file:///etc/passwd", "gopher://kpu.example:{}/", "//kpu.example/",
        "http://user@kpu.example:{}/", "http://user:pass@kpu.example:{}/", "http://@kpu.example:{}/",
        "http://2130706433:{}/", "http://0177.0.0.1:{}/", "http://0x7f000001:{}/",
        "http://127.1:{}/", "http://0x7f.1:{}/", "http://①②⑦.0.0.1:{}/", "http://kpu.example:22/",
        "http://kpu.example:25/", "http:///x", "http://[::1", "http://kpu.example:99999/",
        "http://a b:{}/", "http://" + "a" * 70 + ".example:{}/", "", "x", "http://%31:{}/",
    ],
)  # fmt: skip
def test_addresses_of_odd_kinds_are_not_opened(url: str) -> None:
    with serving(lambda c, *_: c.sendall(answer(b"x"))) as (port, heard):
        found = opened(url, port, permitted=lambda _: True)
    assert found.fault is Fault.ADDRESS
    assert found.status is None
    assert heard == []


PRIVATE = """
    127.0.0.1 127.255.255.254 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
    100.64.0.1 0.0.0.0 0.1.2.3 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 192.0.0.8
    192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.9 192.88.99.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1
    fd00:ec2::254 ff02::1 fec0::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 2002:7f00:1::
    2002:808:808:: 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 2001::1 2001:db8::1 100::1
    3fff::1 5f00::1 nonsense
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_addresses_that_are_not_of_the_open_internet(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "103.10.10.10", "2606:4700::1111", "2a00:1450::1"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1"])
def test_a_name_that_leads_inside_is_not_opened(address: str) -> None:
    with serving(lambda c, *_: c.sendall(answer(b"secret"))) as (port, heard):
        limits = Limits(ports=frozenset({port}))
        way = Way(resolve=lambda *_: ["8.8.8.8", address], limits=limits)
        found = fetch(f"http://kpu.example:{port}/", now=Clock(), way=way)
    assert found.fault is Fault.INSIDE
    assert heard == []


@pytest.mark.parametrize(
    ("to", "fault"),
    [
        ("http://127.0.0.2:{}/", Fault.INSIDE),
        ("http://169.254.169.254:{}/latest/meta-data/", Fault.INSIDE),
        ("//[::1]:{}/", Fault.INSIDE),
        ("http://[::ffff:127.0.0.1]:{}/", Fault.INSIDE),
        ("http://inside.example:{}/", Fault.INSIDE),
        ("http://127.0.0.1:22/", Fault.ADDRESS),
        ("http://2130706433:{}/", Fault.ADDRESS),
        ("http://me@kpu.example:{}/", Fault.ADDRESS),
        ("file:///etc/passwd", Fault.ADDRESS),
    ],
)
def test_a_redirect_is_looked_at_anew(to: str, fault: Fault) -> None:
    def names(host: str, _port: int) -> Sequence[str]:
        return ["10.0.0.5"] if host == "inside.example" else ["127.0.0.1"]

    def talk(connection: socket.socket, path: str, _text: str) -> None:
        connection.sendall(answer(status=302, Location=to.format(port)))

    with serving(talk) as (port, heard):
        found = opened("http://kpu.example:{}/", port, resolve=names)
    assert (found.fault, found.status, found.body) == (fault, None, None)
    assert found.final_url != f"http://kpu.example:{port}/"
    assert len(heard) == 1


def test_redirects_are_followed_so_far_and_no_further() -> None:
    def talk(connection: socket.socket, path: str, _text: str) -> None:
        left = int(path.strip("/"))
        to = answer(status=301, Location=f"{left - 1}") if left else answer(b"there")
        connection.sendall(to)

    with serving(talk) as (port, heard):
        found = opened("http://kpu.example:{}/5", port)
        assert (found.status, found.body) == (200, b"there")
        assert found.final_url == f"http://kpu.example:{port}/0"
        heard.clear()
        assert opened("http://kpu.example:{}/9", port).fault is Fault.REDIRECTS
        assert len(heard) == 6


def test_a_name_that_changes_its_mind_leads_nowhere() -> None:
    """The connection goes to what was looked at; each hop looks once."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    def talk(connection: socket.socket, path: str, _text: str) -> None:
        connection.sendall(answer(status=302, Location="/again") if path == "/" else answer(b"x"))

    with serving(talk) as (port, heard):
        assert opened("http://kpu.example:{}/ok", port, resolve=rebinding).body == b"x"
        assert asked == ["kpu.example"]
        asked.clear()
        assert opened("http://kpu.example:{}/", port, resolve=rebinding).fault is Fault.INSIDE
    assert asked == ["kpu.example", "kpu.example"]
    assert len(heard) == 2


def test_names_that_are_not_known() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "unknown")

    assert opened("http://kpu.example:{}/", 80, resolve=unknown).fault is Fault.NAME
    assert opened("http://kpu.example:{}/", 80, resolve=lambda *_: []).fault is Fault.NAME


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert opened("http://kpu.example:{}/", port).fault is Fault.CONNECTION


def test_an_endless_body_is_cut_off() -> None:
    def talk(connection: socket.socket, *_: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with serving(talk) as (port, _):
        found = opened("http://kpu.example:{}/", port)
    assert (found.status, found.truncated) == (200, True)
    assert found.body == b"x" * 100_000


def test_a_body_that_breaks_off_is_told() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc"
    with serving(lambda c, *_: c.sendall(cut)) as (port, _):
        found = opened("http://kpu.example:{}/", port)
    assert (found.status, found.truncated, found.body) == (200, True, b"abc")


DRIPS = {
    "head": b"HTTP/1.1 200 OK\r\nX: ",
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n",
    "continue": b"",
}


@pytest.mark.parametrize("where", DRIPS)
def test_a_slow_drip_ends_with_the_time(where: str) -> None:
    stop = threading.Event()

    def talk(connection: socket.socket, *_: str) -> None:
        connection.sendall(DRIPS[where])
        while not stop.wait(0.02):
            connection.sendall(b"HTTP/1.1 100 C\r\n\r\n" if where == "continue" else b"x")

    with serving(talk) as (port, _):
        start = time.monotonic()
        found = opened("http://kpu.example:{}/", port, seconds=0.3)
        stop.set()
    assert (found.fault, found.body) == (Fault.TIMEOUT, None)
    assert time.monotonic() - start < 4


def test_a_server_that_says_nothing() -> None:
    stop = threading.Event()
    with serving(lambda *_: stop.wait(10) and None) as (port, _):
        assert opened("http://kpu.example:{}/", port, seconds=0.2).fault is Fault.TIMEOUT
        stop.set()


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"\x00" * 100,
        b"",
    ],
)
def test_what_is_no_proper_answer(said: bytes) -> None:
    with serving(lambda c, *_: c.sendall(said)) as (port, _):
        found = opened("http://kpu.example:{}/", port)
    assert found.fault in (Fault.ANSWER, Fault.CONNECTION)
    assert found.body is None


def test_packed_bodies_are_unpacked_and_bombs_are_not() -> None:
    def talk(connection: socket.socket, path: str, _text: str) -> None:
        plain = bytes(300_000_000) if path == "/bomb" else b"halo" * 9
        connection.sendall(answer(gzip.compress(plain, 1), Content_Encoding="gzip"))

    with serving(talk) as (port, _):
        assert opened("http://kpu.example:{}/", port).body == b"halo" * 9
        found = opened("http://kpu.example:{}/bomb", port)
    assert found.truncated
    assert len(found.body or b"") == 100_000


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with serving(lambda c, *_: c.sendall(answer(b"x"))) as (port, _):
        assert opened("http://kpu.example:{}/", port).body == b"x"


def test_certificates_are_verified_for_the_name(tmp_path: Path) -> None:
    server, trusting = certificate(tmp_path, "kpu.example")
    with serving(lambda c, *_: c.sendall(answer(b"x")), server) as (port, heard):
        assert opened("https://kpu.example:{}/", port, tls=trusting).body == b"x"
        assert opened("https://other.example:{}/", port, tls=trusting).fault is Fault.TLS
        assert opened("https://kpu.example:{}/", port).fault is Fault.TLS
        assert len(heard) == 1
    with serving(lambda c, *_: c.sendall(answer(b"x"))) as (port, _):
        assert opened("https://kpu.example:{}/", port, tls=trusting, seconds=0.3).fault in (
            Fault.TLS, Fault.TIMEOUT,
        )  # fmt: skip


def test_a_handshake_that_never_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        assert opened("https://kpu.example:{}/", port, seconds=0.2).fault is Fault.TIMEOUT


def test_the_system_knows_this_machine() -> None:
    assert "127.0.0.1" in addresses("127.0.0.1", 80)
    found = fetch("http://localhost/", now=Clock())
    assert found.fault is Fault.INSIDE
