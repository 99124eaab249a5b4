"""A real SMTP server on this machine that does as a test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ssl import SSLContext
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Box:
    """What arrived, and what the server answers next; without answers it accepts."""

    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)
    breaks: int = 0
    """How often the connection is cut instead of an answer to the letter."""
    asked: int = 0
    port: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked += 1
        if self.mail:
            return self.mail.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.breaks:
            self.breaks -= 1
            assert server.transport is not None
            server.transport.abort()
            return "421 never seen"
        if self.data:
            return self.data.pop(0)
        made = message_from_bytes(cast(bytes, envelope.content), policy=default)
        self.letters.append((list(envelope.rcpt_tos), cast(EmailMessage, made)))
        return "250 2.0.0 taken as 42"

    def of(self, address: str) -> list[EmailMessage]:
        """Letters to one person."""
        return [letter for to, letter in self.letters if to == [address]]


class _Anywhere(Controller):
    """On whatever port is free."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def server(
    box: Box, *, tls: SSLContext | None = None, wrapped: bool = False, password: str = ""
) -> Iterator[Box]:
    """Serve until the end of the ``with``: plain, with STARTTLS, or TLS from the beginning."""

    def known(_server: Any, _session: Any, _envelope: Any, _way: str, said: Any) -> AuthResult:
        right = isinstance(said, LoginPassword) and said.password == password.encode()
        return AuthResult(success=right, handled=False)

    more: dict[str, Any] = {"authenticator": known, "auth_required": True} if password else {}
    if tls and not wrapped:
        more |= {"tls_context": tls, "require_starttls": True}
    if wrapped:
        more |= {"ssl_context": tls, "auth_require_tls": False}
    controller = _Anywhere(
        box, hostname="127.0.0.1", port=0, server_hostname="mail.example", **more
    )
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        controller.stop()
