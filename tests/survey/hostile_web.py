"""Servers on loopback that behave as no server should, and certificates of our own."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Talk = Callable[[socket.socket, str, str], None]
"""Answers one request over a connection, knowing its path and its headers."""


@contextmanager
def serving(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[str]]]:
    """A server; its port and the requests that reached it."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        open_ones: list[socket.socket] = []
        thread = threading.Thread(target=_serve, args=(door, talk, tls, heard, open_ones))
        thread.start()
        try:
            yield door.getsockname()[1], heard
        finally:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            for one in open_ones:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            thread.join(10)
    assert not thread.is_alive()


def _serve(
    door: socket.socket,
    talk: Talk,
    tls: ssl.SSLContext | None,
    heard: list[str],
    open_ones: list[socket.socket],
) -> None:
    while True:
        try:
            plain, _ = door.accept()
        except OSError:
            return
        open_ones.append(plain)
        with plain, suppress(OSError):
            if tls is None:
                _talk(plain, talk, heard)
            else:
                with tls.wrap_socket(plain, server_side=True) as secured:
                    _talk(secured, talk, heard)


def _talk(connection: socket.socket, talk: Talk, heard: list[str]) -> None:
    said = b""
    while b"\r\n\r\n" not in said:
        piece = connection.recv(4096)
        if not piece:
            return
        said += piece
    text = said.decode("latin-1")
    heard.append(text)
    talk(connection, text.split()[1], text)


def answer(body: bytes = b"", *, status: int = 200, **headers: str) -> bytes:
    """A proper answer."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {said}" for name, said in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server with a certificate for this name, and of who trusts it."""
    key, made = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", made, "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made, key)
    return server, ssl.create_default_context(cafile=str(made))
