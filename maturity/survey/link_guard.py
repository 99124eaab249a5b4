"""Which addresses of strangers may be opened: looked at before each connection. Pure."""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

_TRIED = 3  # addresses of one name
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


class NotOpenedError(Exception):
    """Not to be opened, or not to be found; ``fault`` says which."""

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


def looked_at(url: str, limits: Limits) -> tuple[SplitResult, str, int]:
    """Parts, host in ASCII and port of an address that may be opened."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = _ascii_host(parts.hostname or "")
    except ValueError as error:  # UnicodeError too
        raise NotOpenedError(Fault.ADDRESS) from error
    web = parts.scheme in ("http", "https") and "@" not in parts.netloc
    if not web or not host or port not in limits.ports:
        raise NotOpenedError(Fault.ADDRESS)
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


def resolved(host: str, port: int, way: Way) -> list[str]:
    """The addresses of a host, all of them permitted; one that is not spoils all."""
    try:
        found = [str(ipaddress.ip_address(host))]
    except ValueError:
        try:
            found = list(way.resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise NotOpenedError(Fault.NAME) from error
    if not found:
        raise NotOpenedError(Fault.NAME)
    if not all(map(way.permitted, found)):
        raise NotOpenedError(Fault.INSIDE)
    return found[:_TRIED]
