"""Write letters and send them; find the reminders that are due."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, render_template, session
from sqlalchemy.orm import Session

from maturity.errors import MaturityError
from maturity.mail.letters import Draft, Letter, line
from maturity.mail.outbox import Order, order_of, post
from maturity.mail.transport import Transport, UnreachableError, transport
from maturity.offices import letters as offices
from maturity.offices.letters import Desk, Writer
from maturity.offices.models import Person
from maturity.survey import letters as survey
from maturity.survey import reminders, section_letters
from maturity.survey.section_letters import Addressee
from maturity.web import page_of
from maturity.worker.context import Context

WRITERS: dict[str, Writer] = {**offices.WRITERS, **survey.WRITERS}
BATCH = 100
PAUSE = timedelta(seconds=60)
"""So long no letter is tried after the mail server could not be used at all."""
_OUTAGE = "maturity_mail_outage"


@dataclass(frozen=True, slots=True)
class Outage:
    """The mail server could not be used: why, and when to try again."""

    error: UnreachableError
    until: datetime


def send_mail(context: Context, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Write one letter and send it, unless there is nothing to tell any more."""
    outage = context.app.extensions.get(_OUTAGE)
    if outage is not None and context.now() < outage.until:
        raise outage.error
    order = order_of(payload)
    guest = order.letter == section_letters.KEY
    letter = _for_guest(context, order) if guest else _written(context, order)
    if letter is None:
        _forget_guest(context, order)
        return {"sent": 0}
    context.stop_if_cancelled()
    try:
        _transport(context).send(letter, now=context.now())
    except UnreachableError as error:
        context.app.extensions[_OUTAGE] = Outage(error, context.now() + PAUSE)
        raise
    _forget_guest(context, order)
    return {"sent": 1}


def _transport(context: Context) -> Transport:
    return transport(context.settings)


def _written(context: Context, order: Order) -> Letter | None:
    with _session(context, order) as reader:
        person = reader.get(Person, order.person_id)
        if person is None or not person.active:
            return None
        writer = WRITERS.get(order.letter)
        if writer is None:
            raise MaturityError(
                f"Surat “{order.letter}” tidak dikenal.", f"There is no letter “{order.letter}”."
            )
        draft = writer(Desk(reader, person, context.now()), order.facts)
        if draft is None:
            return None
        base = context.settings.base_url
        return written(context.app, draft, person, key=order.key, base=base)


def _for_guest(context: Context, order: Order) -> Letter | None:
    secret = str(context.app.secret_key)
    with context.database.read() as reader:
        made = section_letters.write(reader, order.facts, secret=secret, now=context.now())
        if made is None:
            return None
        guest, draft = made
        return written(context.app, draft, guest, key=order.key, base=context.settings.base_url)


def _forget_guest(context: Context, order: Order) -> None:
    """No address stays behind a letter that has left, or never will."""
    if order.letter == section_letters.KEY:
        with context.database.write() as session:
            section_letters.forget_address(session, order.facts["link"])


def _session(context: Context, order: Order) -> AbstractContextManager[Session]:
    """The invitation makes a link of its own; the others only read."""
    database = context.database
    return database.write() if order.letter in offices.WRITERS else database.read()


def written(app: Flask, draft: Draft, person: Person | Addressee, *, key: str, base: str) -> Letter:
    """A draft in the person's language: the first line is the subject."""
    with page_of(app):
        session["locale"] = person.locale
        values = {"base": base, "line": line, "person": person, **draft.values}
        text = render_template(f"mail/{draft.template}", **values)
    subject, _, rest = text.strip().partition("\n")
    return Letter(person.email, subject, rest.strip(), key)


def remind(context: Context, _payload: Mapping[str, Any]) -> dict[str, Any]:
    """Order the reminders that are due, a bounded number in each transaction."""
    now = context.now()
    with context.database.read() as reader:
        found = list(reminders.orders(reminders.read(reader, now), now))
        fresh = reminders.unposted(reader, found)
    for start in range(0, len(fresh), BATCH):
        context.progress(start, len(fresh))
        with context.database.write() as writer:
            for order in fresh[start : start + BATCH]:
                post(writer, order, now=now)
    return {"ordered": len(fresh)}
