"""For those who come by a link: what it is, the own section, and the end."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from maturity.offices import by_link
from maturity.offices.by_link import Door, Guest
from maturity.offices.guard import current_actor, public
from maturity.offices.models import Person
from maturity.offices.parked import Parked
from maturity.offices.permissions import Action, may
from maturity.survey import assessments, sections
from maturity.survey.blueprint import (
    assessment_or_404,
    bp,
    in_sections,
    is_closed,
    open_work,
    section_or_404,
)
from maturity.survey.models import Assessment
from maturity.survey.pages import Pages, Row, answer_words, question_text
from maturity.survey.section_models import SectionLink
from maturity.survey.sections import LinkState
from maturity.web import locale, now, reading, wants_json, writing

_TYPED = ("value", "reason", "note", "url", "about", "file-about", "file-place")


@dataclass(frozen=True, slots=True)
class LinkPage:
    """A link that holds, as its holder sees it."""

    link: SectionLink
    assessment: Assessment
    maker: str
    row: Row
    closed: bool


def init_app(app: Flask) -> None:
    """Let people in by links to sections."""
    by_link.set_door(app, Door(_guest, _ended))


@bp.get("/d/<token>")
@public
def open_link(token: str) -> ResponseReturnValue:
    """What a link opens. Only looked at: programs that preview links change nothing."""
    state, link = sections.look(reading(), sections.key_of(token), now())
    if state is not LinkState.VALID or link is None:
        return _ended_page(state, link, None)
    page = _page_of(reading(), link)
    thing = in_sections(page.assessment, [link.section])
    own = current_actor().person_id is not None
    return render_template(
        "survey/link.html",
        page=page,
        token=token,
        signed_in=own,
        may_answer=own and may(current_actor(), Action.ANSWER, thing),
    )


@bp.post("/d/<token>")
@public
def start_by_link(token: str) -> ResponseReturnValue:
    """Begin the session that can do nothing but answer one section."""
    if current_actor().person_id is not None:  # whoever has an account keeps working with it
        return redirect(url_for("survey.open_link", token=token), 303)
    key = sections.key_of(token)
    with writing() as session:
        state, link = sections.look(session, key, now())
        if state is LinkState.VALID and link is not None:
            link.opened_at = now()
    if state is not LinkState.VALID:
        return redirect(url_for("survey.open_link", token=token), 303)
    by_link.begin(key)
    return redirect(url_for("survey.own_section"), 303)


@bp.get("/d")
@public
def own_section() -> ResponseReturnValue:
    """The one section of somebody who came by a link: how far it is."""
    guest = by_link.guest()
    if guest is None:
        ended = by_link.key_of_session() is not None
        return by_link.ended(None) if ended else redirect(url_for("survey.start"))
    link = reading().get_one(SectionLink, guest.delegation.id)
    return render_template("survey/own_section.html", page=_page_of(reading(), link))


@bp.post("/d/end")
@public
def end_by_link() -> ResponseReturnValue:
    """End the session of a link; the link may be opened again."""
    guest = by_link.guest()
    if guest is None:
        return redirect(url_for("survey.start"), 303)
    link = reading().get_one(SectionLink, guest.delegation.id)
    page = _page_of(reading(), link)
    by_link.end()
    return render_template("survey/link_left.html", page=page)


def _page_of(session: Session, link: SectionLink) -> LinkPage:
    work = open_work(link.assessment_id)
    section = section_or_404(work.instrument, link.section)
    return LinkPage(
        link=link,
        assessment=work.assessment,
        maker=_maker(session, link),
        row=Pages(session, work).task(section),
        closed=is_closed(work.assessment),
    )


def _maker(session: Session, link: SectionLink) -> str:
    maker = session.get(Person, link.created_by_id) if link.created_by_id else None
    return maker.name if maker else gettext("penanggung jawab kantor")


# --- the door ---------------------------------------------------------------------------


def _guest(key: str) -> Guest | None:
    return sections.guest_of(reading(), key, now())


def _ended(key: str, kept: Parked | None) -> ResponseReturnValue:
    state, link = sections.look(reading(), key, now())
    if not wants_json():
        return _ended_page(state, link, kept)
    if state is LinkState.VALID:
        words = gettext(
            "Sesi Anda sudah berakhir. Isian disimpan di perangkat ini; buka kembali tautan Anda "
            "di tab lain, lalu lanjutkan."
        )
        return {"error": words}, 401
    words = gettext(
        "Tautan Anda sudah tidak berlaku, sehingga isian ini belum tersimpan. Salin isian Anda "
        "dan mintalah tautan baru kepada kantor."
    )
    return {"error": words}, 410


def _ended_page(
    state: LinkState, link: SectionLink | None, kept: Parked | None
) -> ResponseReturnValue:
    session = reading()
    office = assessment_or_404(session, link.assessment_id).office if link is not None else None
    body = render_template(
        "survey/link_ended.html",
        state=state.value,
        office=office,
        maker=_maker(session, link) if link is not None else "",
        typed=[] if link is None or kept is None else _typed(session, link, kept),
    )
    return body, 404 if state is LinkState.UNKNOWN else 410


def _typed(session: Session, link: SectionLink, kept: Parked) -> list[tuple[str, list[str]]]:
    """(question, what was typed there) of a form that could not be saved, as people read it."""
    assessment = assessment_or_404(session, link.assessment_id)
    instrument = assessments.instrument_of(assessment.round)
    items = {item.key: item for item in instrument.items}
    found: dict[str, list[str]] = {}
    for name, value in kept.fields:
        field, _, key = name.partition(":")
        if field not in _TYPED or not value.strip():
            continue
        item = items.get(key)
        words = value
        if item is not None and field == "value":
            words = answer_words(instrument, item, value, language=locale())
        title = question_text(instrument, item, locale()).title if item is not None else ""
        found.setdefault(f"{key} {title}".strip(), []).append(words)
    return list(found.items())
