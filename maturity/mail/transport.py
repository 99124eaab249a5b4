"""How letters leave: by an SMTP server, or into a folder where none is set."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from maturity.config import Settings
from maturity.errors import MaturityError, PassingError
from maturity.mail.letters import Letter, digest, is_address, message

TIMEOUT = 20.0
_HERE = ("localhost", "127.0.0.1", "::1")
_FORM = "smtp://user:password@host:587, smtps://user:password@host:465"


class UnreachableError(PassingError):
    """The server cannot be used at all now: other letters need not try either."""


class Transport(Protocol):
    """Sends letters."""

    def send(self, letter: Letter, *, now: datetime) -> str:
        """Send one; what was said to it. MaturityError when refused for good, PassingError
        when it may be accepted later."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes letters as files; one that is sent again takes the place of its first copy."""

    path: Path
    sender: str

    def send(self, letter: Letter, *, now: datetime) -> str:
        """Write one file, whole or not at all; its path."""
        made = _message(letter, self.sender, now)
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        plain = re.sub(r"[^a-z0-9.]+", "-", letter.key.lower()).strip("-.")[:100]
        file = self.path / f"{plain}.{digest(letter)[:8]}.eml"
        part = file.with_suffix(f".{os.getpid()}.part")
        part.touch(mode=0o600)
        part.write_bytes(made)
        part.replace(file)
        return str(file)


@dataclass(frozen=True, slots=True)
class Smtp:
    """An SMTP server. ``secure``: TLS from the beginning, or by STARTTLS, or none."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    secure: str = "starttls"
    tls: ssl.SSLContext | None = None

    def send(self, letter: Letter, *, now: datetime) -> str:
        """Hand one over; the server's answer. Never in the clear where TLS is asked for."""
        made = _message(letter, self.sender, now)
        with _faults(), self._connected() as server:
            _must_take_sender(server.mail(self.sender))
            _must(server.rcpt(letter.to), "penerima", "the recipient")
            code, answer = server.data(made)
            _must((code, answer), "surat", "the letter")
            with suppress(smtplib.SMTPException, OSError):  # it has been accepted already
                server.quit()
            return f"{code} {_text(answer)}"

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        tls = self.tls or ssl.create_default_context()
        own = self.sender.rpartition("@")[2]  # looking up the machine's name may take long
        try:
            server = (
                smtplib.SMTP_SSL(self.host, self.port, own, timeout=TIMEOUT, context=tls)
                if self.secure == "tls"
                else smtplib.SMTP(self.host, self.port, own, timeout=TIMEOUT)
            )
        except (OSError, smtplib.SMTPException) as error:
            raise _unreachable("tidak dapat dihubungi", "cannot be reached", error) from error
        try:
            self._greet(server, tls)
            yield server
        finally:
            server.close()

    def _greet(self, server: smtplib.SMTP, tls: ssl.SSLContext) -> None:
        try:
            server.ehlo_or_helo_if_needed()
            if self.secure == "starttls":
                server.starttls(context=tls)
                server.ehlo()
            if self.user:
                server.login(self.user, self.password)
        except smtplib.SMTPAuthenticationError as error:
            words = "menolak nama atau kata sandi (MATURITY_SMTP)"
            raise _unreachable(words, "refuses the name or password", error) from error
        except (OSError, smtplib.SMTPException) as error:
            words = "tidak menerima sambungan yang aman" if self.secure else "memutus sambungan"
            english = "accepts no secure connection" if self.secure else "broke the connection"
            raise _unreachable(words, english, error) from error


def transport(settings: Settings) -> Transport:
    """What the settings say; MaturityError where they cannot be read."""
    if not settings.smtp:
        return Folder(settings.data / "mail", settings.mail_from or "maturity@localhost")
    try:
        return _smtp(urlsplit(settings.smtp), settings)
    except ValueError as error:
        raise MaturityError(
            f"MATURITY_SMTP tidak dapat dipakai: {error}. Bentuknya: {_FORM}",
            f"MATURITY_SMTP cannot be used: {error}. It looks like: {_FORM}",
        ) from error


def _smtp(url: SplitResult, settings: Settings) -> Smtp:
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ValueError("not an smtp:// or smtps:// address")
    asked = parse_qs(url.query).get("starttls", ["1"])[-1]
    if asked not in ("0", "1"):
        raise ValueError("starttls is 0 or 1")
    secure = "tls" if url.scheme == "smtps" else "starttls" if asked == "1" else ""
    user = unquote(url.username or "")
    if user and not secure and url.hostname not in _HERE:
        raise ValueError("without TLS the password would travel in the clear")
    sender = settings.mail_from or user
    if not is_address(sender):
        raise ValueError("MATURITY_MAIL_FROM is not an e-mail address")
    password = settings.smtp_password or unquote(url.password or "")
    port = url.port or (465 if secure == "tls" else 587)
    return Smtp(url.hostname, port, sender, user, password, secure)


# --- what went wrong --------------------------------------------------------------------


def _message(letter: Letter, sender: str, now: datetime) -> bytes:
    try:
        return message(letter, sender=sender, now=now).as_bytes()
    except ValueError as error:
        raise MaturityError(
            "Alamat surel penerima atau pengirim tidak dapat dipakai.",
            "The recipient's or the sender's e-mail address cannot be used.",
        ) from error


@contextmanager
def _faults() -> Iterator[None]:
    """A connection that ended half-way: whether the letter was accepted is not known."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        _must((error.smtp_code, error.smtp_error), "surat", "the letter")
        raise
    except (OSError, smtplib.SMTPException) as error:
        raise PassingError(
            "Sambungan dengan server surel terputus di tengah pengiriman.",
            "The connection to the mail server broke while sending.",
            answer=str(error),
        ) from error


def _must(reply: tuple[int, bytes | str], what_id: str, what_en: str) -> None:
    """Raise unless the server accepts. Its words stay out: they may repeat the address."""
    code, answer = reply
    if 200 <= code < 300:
        return
    later = not 500 <= code < 600
    kind = PassingError if later else MaturityError
    words = ("untuk sementara", " for now") if later else ("", "")
    refusal = kind(
        " ".join(f"Server surel menolak {what_id} {words[0]} (kode {code}).".split()),
        f"The mail server refuses {what_en}{words[1]} (code {code}).",
    )
    refusal.answer = f"{code} {_text(answer)}"
    raise refusal


def _must_take_sender(reply: tuple[int, bytes]) -> None:
    if not 200 <= reply[0] < 300:
        raise UnreachableError(
            f"Server surel menolak pengirim (kode {reply[0]}; MATURITY_MAIL_FROM).",
            f"The mail server refuses the sender (code {reply[0]}; MATURITY_MAIL_FROM).",
            answer=f"{reply[0]} {_text(reply[1])}",
        )


def _unreachable(words_id: str, words_en: str, error: Exception) -> UnreachableError:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = f"{error.smtp_code} {_text(error.smtp_error)}"
    else:
        answer = str(error)
    return UnreachableError(
        f"Server surel {words_id}.", f"The mail server {words_en}.", answer=answer
    )


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
