"""What was decided about each answer, for the office to read; and what happens now, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from maturity.offices.guard import current_actor, permit
from maturity.offices.permissions import Action
from maturity.survey import threads
from maturity.survey.answers import evidence_key
from maturity.survey.blueprint import assessment_thing, bp, open_work
from maturity.survey.deadlines import Due, due, filling_due
from maturity.survey.instrument import Branch, Item
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment, Decision
from maturity.survey.paging import Part, page_said, part_of
from maturity.survey.stage_words import reading_words
from maturity.survey.stages import Stages, stages
from maturity.survey.threads import Side, awaited
from maturity.survey.verification_words import DecisionView, decision_view
from maturity.web import format_moment, locale, reading

_S = AssessmentState
TOLD = (_S.REPLY, _S.SETTLED, _S.PUBLISHED)
"""States in which the office reads what was decided."""
ONLY = ("differing",)


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A claim with the decision about it; ``differs``: another answer counts than was claimed."""

    title: str
    claim: str
    decision: DecisionView | None
    differs: bool
    talk: str


@dataclass(frozen=True, slots=True)
class DecisionsWish:
    """Which decisions somebody wants to read; ``only``: ``differing`` or empty."""

    only: str = ""
    section: str = ""
    page: int = 1

    @classmethod
    def read(cls, said: Mapping[str, str], sections: Sequence[Branch]) -> DecisionsWish:
        """What an address asks for; nonsense is left out."""
        only, section = said.get("only", ""), said.get("section", "")
        known = {one.id for one in sections}
        return cls(
            only=only if only in ONLY else "",
            section=section if section in known else "",
            page=page_said(said.get("page", "")),
        )

    def address(self, **changes: str | int) -> dict[str, str | int]:
        """The query of an address that asks for this, or for something near it."""
        said = {"only": self.only, "section": self.section, "page": self.page, **changes}
        if said["page"] == 1:
            del said["page"]
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class DecisionsPage:
    """All decisions about an assessment, by section; without private words."""

    assessment: Assessment
    told: bool
    wish: DecisionsWish
    choices: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, tuple[DecidedRow, ...]], ...]
    part: Part[tuple[Branch, Item]]
    differing: int
    all: int
    may_talk: bool


@bp.get("/assessments/<int:assessment_id>/decisions")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def decisions(assessment_id: int) -> ResponseReturnValue:
    """Each claim, what was decided about it, and why."""
    work = open_work(assessment_id)
    told, sections = work.assessment.state in TOLD, work.instrument.sections
    wish, found = DecisionsWish.read(request.args, sections), stages(reading(), work)
    claims = found.claims() if told else []
    part = part_of(_wanted(found, claims, wish), wish.page)
    page = DecisionsPage(
        assessment=work.assessment,
        told=told,
        wish=replace(wish, page=part.page),
        choices=tuple((one.id, one.title.in_(locale())) for one in sections),
        sections=tuple(
            (section.title.in_(locale()), tuple(_row(found, item) for _, item in pairs))
            for section, pairs in groupby(part.rows, key=lambda pair: pair[0])
        ),
        part=part,
        differing=len(found.differing()) if told else 0,
        all=len(claims),
        may_talk=threads.side_of(current_actor(), work.assessment) is not None,
    )
    return render_template("survey/decisions.html", page=page)


def _wanted(
    found: Stages, claims: Sequence[Item], wish: DecisionsWish
) -> list[tuple[Branch, Item]]:
    """The claims that are asked for, each with its section, section by section."""
    pairs = []
    for section in found.work.instrument.sections:
        here = {question.id for question in section.questions}
        if wish.section in ("", section.id):
            pairs += [(section, item) for item in claims if item.question.id in here]
    if wish.only != "differing":
        return pairs
    return [(section, item) for section, item in pairs if found.is_lowered(item.key)]


def _row(found: Stages, item: Item) -> DecidedRow:
    work, row = found.work, found.verified(item.key)
    title = f"{item.key} {item.question.title.in_(locale())}"
    if item.thing is not None and item.column is not None:
        title = f"{item.thing.label.in_(locale())} – {item.column.label.in_(locale())}"
    claimed = work.route.readings[item.key]
    return DecidedRow(
        title=title,
        claim=reading_words(work.instrument, item, claimed, locale()),
        decision=decision_view(work, item, row) if row else None,
        differs=found.is_lowered(item.key),
        talk=url_for(
            "survey.item_threads", assessment_id=work.assessment.id, key=evidence_key(item)
        ),
    )


# --- what happens now -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StageNotice:
    """What happens now with an assessment that was handed in, in plain words for its office."""

    title: str
    text: str
    tone: str
    quote: str = ""
    links: tuple[tuple[str, str], ...] = ()
    action: tuple[str, str] | None = None


def notice_of(session: Session, assessment: Assessment) -> StageNotice | None:
    """What the office is told on its task list; None where nothing needs saying."""
    links = _links(session, assessment)
    match assessment.state:
        case _S.VERIFYING:
            return StageNotice(
                gettext("Penilaian Anda sedang diverifikasi"),
                gettext(
                    "Verifikator memeriksa setiap jawaban beserta bukti dukungnya. Jawaban tidak "
                    "dapat diubah. Setelah selesai, Anda dapat membaca keputusannya dan "
                    "menanggapinya."
                ),
                "info",
                links=links,
            )
        case _S.RETURNED:
            when = _when(assessment, filling_due(assessment))
            return StageNotice(
                gettext("Penilaian dikembalikan untuk diperbaiki"),
                gettext(
                    "Perbaiki jawaban yang disebut verifikator, lalu ajukan kembali paling lambat "
                    "%(when)s. Jawaban yang tidak berubah tidak diperiksa ulang.",
                    when=when,
                ),
                "warning",
                quote=returned_words(session, assessment),
                links=links,
            )
    return _told_notice(assessment, links) if assessment.state in TOLD else None


def _told_notice(assessment: Assessment, links: tuple[tuple[str, str], ...]) -> StageNotice:
    """Verification is over: the decisions can be read."""
    read = (
        url_for("survey.decisions", assessment_id=assessment.id),
        gettext("Baca keputusan per jawaban"),
    )
    page = url_for("survey.reply", assessment_id=assessment.id)
    if assessment.state != _S.REPLY:
        title = gettext("Hasil penilaian sudah ditetapkan")
        ruled = page, gettext("Baca hasil verifikasi dan keputusan atas sanggahan")
        return StageNotice(title, "", "success", links=(ruled, read, *links))
    end = due(assessment, Due.REPLY)
    text = gettext("Hasil verifikasi dapat Anda baca dan tanggapi.")
    if end is not None:
        text = gettext(
            "Hasil verifikasi dapat Anda baca dan tanggapi sampai %(when)s.",
            when=_when(assessment, end),
        )
    title = gettext("Verifikasi selesai: masa sanggah dibuka")
    if assessment.replied_at is not None:
        again = page, gettext("Baca tanggapan kantor Anda")
        return StageNotice(title, text, "info", links=(again, read, *links))
    reply = page, gettext("Tanggapi hasil verifikasi")
    return StageNotice(title, text, "warning", links=(read, *links), action=reply)


def _links(session: Session, assessment: Assessment) -> tuple[tuple[str, str], ...]:
    """Where the conversations are, if there are any."""
    open_ones = [awaited(one) for one in threads.all_of(session, assessment.id)]
    if not open_ones:
        return ()
    words = gettext("Tanya jawab dengan verifikator")
    mine = sum(side is Side.OFFICE for side in open_ones)
    if mine:
        words = gettext("Tanya jawab dengan verifikator: %(n)s menunggu jawaban Anda", n=mine)
    return ((url_for("survey.all_threads", assessment_id=assessment.id), words),)


def returned_words(session: Session, assessment: Assessment) -> str:
    """Why the assessment was returned last."""
    found = session.scalar(
        select(Decision.words)
        .where(Decision.assessment_id == assessment.id, Decision.after == _S.RETURNED)
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return found or ""


def _when(assessment: Assessment, moment: datetime) -> str:
    return format_moment(moment, assessment.office.timezone, locale())
