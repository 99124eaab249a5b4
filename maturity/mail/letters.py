"""What a letter is, and how it looks as a message."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII | re.I)
MOST_SUBJECT = 200
_SAID_IN_CODE = re.compile(r"=\?")
"""Where the e-mail package would decode words, and what they hold becomes headers."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one person. ``key`` is the same each time the same letter is sent."""

    to: str
    subject: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a letter is to say: a template of ``templates/mail`` and what fills it in."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


def is_address(text: str) -> bool:
    """Whether this is one plain e-mail address."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def line(text: str) -> str:
    """Text in one line: what breaks lines or turns the reading direction becomes a space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def message(letter: Letter, *, sender: str, now: datetime) -> EmailMessage:
    """The letter as a message; ValueError where an address is none.

    Its id follows from the key and the recipient: a letter that was sent twice is recognised.
    """
    if not is_address(letter.to) or not is_address(sender):
        raise ValueError("not an e-mail address")
    made = EmailMessage(SMTP)
    made["From"], made["To"] = Address(addr_spec=sender), Address(addr_spec=letter.to)
    made["Subject"] = _SAID_IN_CODE.sub("= ?", line(letter.subject)[:MOST_SUBJECT])
    made["Date"] = now
    made["Message-ID"] = f"<{digest(letter)}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    rows = letter.text.splitlines()
    text = "\n".join("".join(c if c.isprintable() else " " for c in row) for row in rows)
    made.set_content(text + "\n", cte="quoted-printable")
    return made


def digest(letter: Letter) -> str:
    """A name for the letter that says nothing of whom it is for."""
    return hashlib.sha256(f"{letter.key}\n{letter.to}".encode()).hexdigest()[:32]
