"""Opening a link that somebody else wrote, without being led into the own network.

Every hop is looked at anew: scheme, port, no credentials, a name whose addresses are all public.
The connection goes to the address that was looked at, not to the name, so that a name which
changes its mind in between leads nowhere. Pure: no database, no pages; the network's ways in
(``resolve``), the clock and the limits are passed in.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import SplitResult, quote, urljoin

from maturity.survey.link_guard import Fault, Limits, NotOpenedError, Way, looked_at, resolved

AGENT = "maturity-link-check"
_PIECE = 1 << 16
_GZIP_OR_ZLIB = 47
_REDIRECTS = (301, 302, 303, 307, 308)


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
    except (NotOpenedError, OSError, http.client.HTTPException, zlib.error, ValueError) as error:
        fault = Fault.TIMEOUT if watch.over else _fault_of(error)
        return Fetched(url, at, final_url=here, fault=fault)
    finally:
        watch.end()


def _fault_of(error: Exception) -> Fault:
    if isinstance(error, NotOpenedError):
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
    parts, host, port = looked_at(url, way.limits)
    where = resolved(host, port, way)
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
