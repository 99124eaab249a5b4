"""Opening a link that somebody else wrote, without being led into the own network.

Every hop is looked at anew: scheme, port, no credentials, a name whose addresses are all public.
The connection goes to the address that was looked at, not to the name, so that a name which
changes its mind in between leads nowhere. Pure: no database, no pages; the network's ways in
(``resolve``), the clock and the limits are passed in.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import SplitResult, quote, urljoin, urlsplit

AGENT = "maturity-link-check"
_PIECE = 1 << 16
_GZIP_OR_ZLIB = 47
_TRIED = 3  # addresses of one name
_REDIRECTS = (301, 302, 303, 307, 308)
_MAPPED = [ipaddress.ip_network(one) for one in ("2002::/16", "2001::/23", "3fff::/20")]
_ODD_V4 = [ipaddress.ip_network(one) for one in ("192.88.99.0/24", "192.0.0.0/24")]
_V6 = ipaddress.ip_network("2000::/3")


class Fault(StrEnum):
    """Why a link could not be opened, where no answer says it."""

    ADDRESS = "address"  # not one that is opened: scheme, port, credentials, spelling
    NAME = "name"  # no such name
    INSIDE = "inside"  # leads into a network that is not public
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    REDIRECTS = "redirects"
    ANSWER = "answer"  # not to be understood


class _NotOpenedError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a link may cost: seconds in all, bytes of the copy, hops, and where it may lead."""

    seconds: float = 25.0
    to_connect: float = 6.0
    body: int = 5_000_000
    redirects: int = 5
    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was found. ``body`` is the copy of a page that opened, cut off where ``truncated``."""

    url: str
    at: datetime
    status: int | None = None
    final_url: str = ""
    fault: Fault | None = None
    media_type: str = ""
    body: bytes | None = None
    truncated: bool = False

    @property
    def sha256(self) -> str | None:
        """Of the copy."""
        return None if self.body is None else hashlib.sha256(self.body).hexdigest()


Resolve = Callable[[str, int], Sequence[str]]
Permitted = Callable[[str], bool]


def addresses(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def public(address: str) -> bool:
    """Whether this is an address of the open internet, and hides no other address in it."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.is_multicast or ip.is_reserved or not ip.is_global:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _ODD_V4)
    return ip in _V6 and not any(ip in network for network in _MAPPED)


@dataclass(frozen=True, slots=True)
class Way:
    """How the network is reached; tests permit addresses of their own."""

    resolve: Resolve = addresses
    permitted: Permitted = public
    limits: Limits = field(default_factory=Limits)
    tls: ssl.SSLContext | None = None


def fetch(url: str, *, now: Callable[[], datetime], way: Way | None = None) -> Fetched:
    """Open a link and follow where it leads; never raises for what the other side does."""
    way = way or Way()
    watch = _Watch(way.limits.seconds)
    at, here = now(), url
    try:
        for _ in range(way.limits.redirects + 1):
            answer = _hop(here, way, watch)
            if isinstance(answer, _Answer):
                return Fetched(url, at, answer.status, here, None, answer.kind, answer.body,
                               answer.truncated)  # fmt: skip
            here = answer
        return Fetched(url, at, final_url=here, fault=Fault.REDIRECTS)
    except (_NotOpenedError, OSError, http.client.HTTPException, zlib.error, ValueError) as error:
        fault = Fault.TIMEOUT if watch.over else _fault_of(error)
        return Fetched(url, at, final_url=here, fault=fault)
    finally:
        watch.end()


def _fault_of(error: Exception) -> Fault:
    if isinstance(error, _NotOpenedError):
        return error.fault
    if isinstance(error, TimeoutError):
        return Fault.TIMEOUT
    if isinstance(error, ssl.SSLError):
        return Fault.TLS
    return Fault.CONNECTION if isinstance(error, OSError) else Fault.ANSWER


class _Watch:
    """Breaks the connection when the time is over, however slowly the other side drips."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._break)
        self._timer.daemon = True
        self._timer.start()

    def hold(self, one: socket.socket) -> None:
        """This is the connection now."""
        with self._lock:
            self._socket = one
        if self.over:
            raise TimeoutError

    def check(self) -> None:
        """Raise TimeoutError once the time is over."""
        if self.over:
            raise TimeoutError

    def _break(self) -> None:
        with self._lock:
            self.over = True
            if self._socket is not None:
                with suppress(OSError):  # not connected yet, or closed
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def end(self) -> None:
        """All is done."""
        self._timer.cancel()


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    kind: str = ""
    body: bytes | None = None
    truncated: bool = False


def _hop(url: str, way: Way, watch: _Watch) -> _Answer | str:
    """One request: an answer, or the address that it leads to."""
    parts, host, port = _looked_at(url, way.limits)
    where = _resolved(host, port, way)
    watch.check()
    connection = http.client.HTTPConnection(host, port)
    connection.sock = _connected(where, port, way.limits, watch)
    try:
        if parts.scheme == "https":
            connection.sock = _secured(connection.sock, host, way.tls, watch)
        _ask(connection, parts, host)
        with connection.getresponse() as response:
            location = response.getheader("Location")
            if response.status in _REDIRECTS and location:
                return urljoin(url, location.encode("latin-1").decode("utf-8", "replace"))
            answer = _read(response, way.limits)
        watch.check()
        return answer
    finally:
        connection.close()


def _looked_at(url: str, limits: Limits) -> tuple[SplitResult, str, int]:
    """Parts, host in ASCII and port of an address that may be opened."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = _ascii_host(parts.hostname or "")
    except ValueError as error:  # UnicodeError too
        raise _NotOpenedError(Fault.ADDRESS) from error
    web = parts.scheme in ("http", "https") and "@" not in parts.netloc
    if not web or not host or port not in limits.ports:
        raise _NotOpenedError(Fault.ADDRESS)
    return parts, host, port


def _ascii_host(host: str) -> str:
    """The host as the name service knows it; ValueError for other spellings of an IP address."""
    with suppress(ValueError):
        return str(ipaddress.ip_address(host))
    host = host.encode("idna").decode("ascii").lower().rstrip(".")
    if re.fullmatch(r"0x[0-9a-f]*|[0-9]+", host.rpartition(".")[2]):
        raise ValueError("an IP address in an odd spelling")
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host):
        raise ValueError("no host name")
    return host


def _resolved(host: str, port: int, way: Way) -> list[str]:
    """The addresses of a host, all of them permitted; one that is not spoils all."""
    try:
        found = [str(ipaddress.ip_address(host))]
    except ValueError:
        try:
            found = list(way.resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise _NotOpenedError(Fault.NAME) from error
    if not found:
        raise _NotOpenedError(Fault.NAME)
    if not all(map(way.permitted, found)):
        raise _NotOpenedError(Fault.INSIDE)
    return found[:_TRIED]


def _connected(where: Sequence[str], port: int, limits: Limits, watch: _Watch) -> socket.socket:
    """A connection to the first of these addresses that answers; no name is looked up."""
    last: OSError = OSError()
    for address in where:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        one = socket.socket(family, socket.SOCK_STREAM)
        try:
            one.settimeout(limits.to_connect)
            watch.hold(one)
            one.connect((address, port))
            one.settimeout(limits.seconds)
            return one
        except OSError as error:
            one.close()
            last = error
    raise last


def _secured(
    plain: socket.socket, host: str, tls: ssl.SSLContext | None, watch: _Watch
) -> ssl.SSLSocket:
    """The certificate is verified for the name, whatever the address."""
    context = tls or ssl.create_default_context()
    wrapped = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    try:
        watch.hold(wrapped)
        wrapped.do_handshake()
    except BaseException:
        wrapped.close()
        raise
    return wrapped


def _ask(connection: http.client.HTTPConnection, parts: SplitResult, host: str) -> None:
    name = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?") if parts.query else ""
    connection.putrequest("GET", path + query, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", name if parts.port is None else f"{name}:{parts.port}")
    connection.putheader("User-Agent", AGENT)
    connection.putheader("Accept", "*/*")
    connection.putheader("Accept-Encoding", "identity")
    connection.putheader("Connection", "close")
    connection.endheaders()


def _read(response: http.client.HTTPResponse, limits: Limits) -> _Answer:
    """The copy of a page that opened; of any other only the status."""
    if not 200 <= response.status < 300:
        return _Answer(response.status)
    encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    packed = encoding in ("gzip", "x-gzip", "deflate")
    unpack = zlib.decompressobj(_GZIP_OR_ZLIB) if packed else None
    body, taken = bytearray(), 0
    while len(body) <= limits.body and taken <= limits.body:
        piece = response.read(_PIECE)
        if not piece:
            break
        taken += len(piece)
        room = limits.body + 1 - len(body)
        body += piece if unpack is None else unpack.decompress(piece, room)
    whole = not response.length and (unpack is None or unpack.eof)
    truncated = not whole or max(len(body), taken) > limits.body
    known = packed or encoding == "identity"
    kind = _media_type(response.getheader("Content-Type") or "") if known else ""
    return _Answer(response.status, kind, bytes(body[: limits.body]), truncated)


def _media_type(said: str) -> str:
    kind = said.partition(";")[0].strip().lower()
    return kind if re.fullmatch(r"[a-z0-9.+-]{1,48}/[a-z0-9.+-]{1,48}", kind) else ""
