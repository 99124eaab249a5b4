"""The letter that takes a section's link to somebody without an account.

Its order holds the link's number only. The link is made anew from the installation's secret when
the letter is written; the address is kept until it has been sent or the link has ended.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from maturity.mail.letters import Draft
from maturity.mail.outbox import Order, post
from maturity.offices.letters import Facts
from maturity.offices.models import Person
from maturity.survey import sections
from maturity.survey.assessments import instrument_of
from maturity.survey.models import Assessment
from maturity.survey.section_models import SectionLink

KEY = "section-link"
NOBODY = 0
"""In an order: somebody without an account."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom the letter is for."""

    email: str
    name: str
    locale: str


def token_of(link: SectionLink, secret: str) -> str:
    """The token of a link that is mailed; another one for each link, also after a restore."""
    told = f"{KEY}:{link.id}:{link.created_at.isoformat()}".encode()
    made = hmac.new(secret.encode(), told, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def order(session: Session, token: str, *, base: str, locale: str, at: datetime) -> None:
    """Have the letter sent once the session commits."""
    _, link = sections.look(session, sections.key_of(token), at)
    if link is not None and link.email:
        facts = {"link": link.id, "base": base, "locale": locale}
        post(session, Order(KEY, f"{KEY}:{link.id}", NOBODY, facts), now=at)


def write(
    session: Session, facts: Facts, *, secret: str, now: datetime
) -> tuple[Addressee, Draft] | None:
    """The letter; None where the link has ended or the letter was sent."""
    link = session.get(SectionLink, facts["link"])
    if link is None or not link.email:
        return None
    token = token_of(link, secret)
    held = sections.state_of(session, link, now) is sections.LinkState.VALID
    if not held or sections.key_of(token) != link.token_hash:
        return None
    assessment = session.get_one(Assessment, link.assessment_id)
    titles = {one.id: one.title for one in instrument_of(assessment.round).sections}
    maker = session.get(Person, link.created_by_id)
    values: dict[str, Any] = {
        "assessment": assessment, "section": titles[link.section], "until": link.expires_at,
        "maker": maker.name if maker else "", "token": token, "base": facts["base"],
    }  # fmt: skip
    return Addressee(link.email, link.name, facts["locale"]), Draft("section_link.txt", values)


def forget_address(session: Session, number: int) -> None:
    """The letter was sent, or will never be."""
    session.execute(update(SectionLink).where(SectionLink.id == number).values(email=""))
