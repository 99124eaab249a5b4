"""The verifier's pages: the queue, and the claims of a section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from maturity.offices.guard import current_actor, permit
from maturity.offices.permissions import Action
from maturity.survey import assessments, judging
from maturity.survey.answers import Author
from maturity.survey.assessments import NotAllowedError, Work
from maturity.survey.blueprint import (
    Subject,
    assessment_or_404,
    assessment_thing,
    author,
    open_work,
    section_or_404,
    subject_or_404,
)
from maturity.survey.forms import dom_id, number
from maturity.survey.instrument import Branch, Item, Thing
from maturity.survey.lifecycle import AssessmentState
from maturity.survey.models import Assessment
from maturity.survey.pages import Row
from maturity.survey.routing import Place
from maturity.survey.stages import Stages, is_claim_to_grant, stages
from maturity.survey.thread_views import talks
from maturity.survey.verification_form import Fault, Typed, save_all, typed
from maturity.survey.verification_pages import ClaimBlock, VerifierPages
from maturity.survey.verification_queue import Wish, queue
from maturity.web import locale, now, reading, writing

bp = Blueprint("verification", __name__)
NOT_YET = (AssessmentState.NOT_STARTED, AssessmentState.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class ClaimsPage:
    """The claims of a section, or of one object of a paged matrix."""

    assessment: Assessment
    section: Branch
    title: str
    blocks: tuple[ClaimBlock, ...]
    lists: tuple[tuple[str, str, tuple[Row, ...]], ...]
    errors: tuple[tuple[str, str], ...]
    refusal: str
    editable: bool
    back: tuple[str, str]
    action: str
    undecided: int
    talks: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What could not be saved and is shown again, with why."""

    typed: Mapping[str, Typed]
    faults: Mapping[str, Fault]
    refusal: str = ""


_NONE = Attempt({}, {})


@bp.get("/verification")
@permit(Action.SEE_QUEUE)
def queue_page() -> ResponseReturnValue:
    """What waits to be verified by this person, the riskiest first."""
    asked = request.args
    wish = Wish(
        round=asked.get("round", ""),
        state=asked.get("state", ""),
        province=asked.get("province", ""),
        whose=asked.get("whose", ""),
        page=max(1, number(asked.get("page", "")) or 1),
    )
    page = queue(reading(), current_actor(), wish, now())
    return render_template("survey/verification_queue.html", page=page)


# --- the claims of a section ----------------------------------------------------------


@bp.get("/assessments/<int:assessment_id>/verification/<section>")
@permit(Action.VERIFY, assessment_thing)
def section(assessment_id: int, section: str) -> ResponseReturnValue:
    """The claims of a section, each with its evidence, to be decided."""
    return _claims_page(assessment_id, section, None)


@bp.get("/assessments/<int:assessment_id>/verification/<section>/<question>/<thing>")
@permit(Action.VERIFY, assessment_thing)
def thing(assessment_id: int, section: str, question: str, thing: str) -> ResponseReturnValue:
    """The claims about one object of a paged matrix."""
    return _claims_page(assessment_id, section, (question, thing))


def _claims_page(
    assessment_id: int,
    section_id: str,
    names: tuple[str, str] | None,
    attempt: Attempt = _NONE,
) -> ResponseReturnValue:
    session, work = reading(), open_work(assessment_id)
    branch = section_or_404(work.instrument, section_id)
    about = subject_or_404(branch, names)
    if work.assessment.state in NOT_YET:
        return redirect(url_for("verification.overview", assessment_id=assessment_id))
    pages = VerifierPages(session, stages(session, work))
    blocks = pages.blocks(branch, about, typed=attempt.typed, faults=attempt.faults)
    refusal = attempt.refusal or _refusal(work.assessment)
    page = ClaimsPage(
        assessment=work.assessment,
        section=branch,
        title=(about[1].label if about else branch.title).in_(locale()),
        blocks=tuple(blocks),
        lists=() if about else tuple(_lists(pages, branch)),
        errors=tuple(_errors(pages, attempt)),
        refusal=refusal,
        editable=not refusal or bool(attempt.refusal),
        back=_back(assessment_id, section_id, about),
        action=request.path,
        undecided=sum(claim.decision is None for block in blocks for claim in block.claims),
        talks=talks(session, work.assessment),
    )
    body = render_template("survey/verification_section.html", page=page)
    return body, _status(attempt)


def _status(attempt: Attempt) -> int:
    overtaken = any(fault.overtaken for fault in attempt.faults.values())
    if attempt.refusal or overtaken:
        return 409
    return 422 if attempt.faults else 200


def _refusal(assessment: Assessment) -> str:
    """Why this person cannot decide here and now; empty where they can."""
    try:
        judging.must_verify(assessment, author())
    except NotAllowedError as error:
        return error.in_(locale())
    return ""


def _lists(pages: VerifierPages, section: Branch) -> list[tuple[str, str, tuple[Row, ...]]]:
    found = []
    for question in section.questions:
        if question.matrix is not None and question.matrix.paged:
            title, text = question.title.in_(locale()), question.text.in_(locale())
            found.append((title, text, tuple(pages.thing_rows(section, question))))
    return found


def _errors(pages: VerifierPages, attempt: Attempt) -> list[tuple[str, str]]:
    """Lines of the error summary."""
    found = [("", attempt.refusal)] if attempt.refusal else []
    for key, fault in attempt.faults.items():
        item = pages.work.instrument.item(key)
        title = (item.column.label if item.column else item.question.title).in_(locale())
        place = {"value": f"{dom_id(key)}-v", "words": f"{dom_id(key)}-words"}
        anchor = place.get(fault.field, f"{dom_id(key)}-verdict")
        found.append((anchor, f"{title}: {fault.text.in_(locale())}"))
    return found


def _back(assessment_id: int, section_id: str, about: Subject | None) -> tuple[str, str]:
    if about is None:
        overview = url_for("verification.overview", assessment_id=assessment_id)
        return overview, gettext("Kembali ke ringkasan verifikasi")
    here = url_for("verification.section", assessment_id=assessment_id, section=section_id)
    return here, gettext("Kembali ke bagian ini")


# --- saving ---------------------------------------------------------------------------


@bp.post("/assessments/<int:assessment_id>/verification/<section>")
@permit(Action.VERIFY, assessment_thing)
def save_section(assessment_id: int, section: str) -> ResponseReturnValue:
    """Save the decisions of a page: those that are right; the others are shown again."""
    return _save(assessment_id, section, None)


@bp.post("/assessments/<int:assessment_id>/verification/<section>/<question>/<thing>")
@permit(Action.VERIFY, assessment_thing)
def save_thing(assessment_id: int, section: str, question: str, thing: str) -> ResponseReturnValue:
    """The same for one object of a paged matrix."""
    return _save(assessment_id, section, (question, thing))


def _save(
    assessment_id: int, section_id: str, names: tuple[str, str] | None
) -> ResponseReturnValue:
    who = author()
    with writing() as session:
        assessment = assessment_or_404(session, assessment_id, held=True)
        work = assessments.work(session, assessment)
        branch = section_or_404(work.instrument, section_id)
        about = subject_or_404(branch, names)
        found = stages(session, work)
        items = VerifierPages(session, found).page_items(branch, about)
        said = typed(request.form, items)
        attempt = _attempt(session, found, said, who)
        if not attempt.typed and request.form.get("do") == "rest":
            _confirm_rest(session, work, items, who)
        after = _next(work, branch, about)
    if attempt.typed:
        return _claims_page(assessment_id, section_id, names, attempt)
    if request.form.get("do") in ("stay", "rest"):
        return redirect(request.path, 303)
    return redirect(after, 303)


def _attempt(session: Session, found: Stages, said: Mapping[str, Typed], who: Author) -> Attempt:
    """Save what can be saved; what of the form has to be shown again."""
    try:
        faults = save_all(session, found, said, author=who)
    except NotAllowedError as error:
        written = {key: one for key, one in said.items() if not one.is_blank}
        return Attempt(written, {}, error.in_(locale()))
    return Attempt({key: said[key] for key in faults}, faults)


def _confirm_rest(session: Session, work: Work, items: Sequence[Item], who: Author) -> None:
    """Confirm what is undecided on the page, and say how many were left out, and why."""
    done = judging.confirm_rest(session, stages(session, work), items, author=who)
    found = stages(session, work)
    left = [item for item in items if found.verified(item.key) is None]
    claims = sum(is_claim_to_grant(work, item) for item in left)
    words = [gettext("%(n)s jawaban dikonfirmasi.", n=len(done))]
    if claims:
        words.append(gettext("%(n)s klaim “tidak berlaku” menunggu keputusan Anda.", n=claims))
    if len(left) > claims:
        bare = len(left) - claims
        words.append(gettext("%(n)s klaim tanpa bukti dukung menunggu keputusan Anda.", n=bare))
    flash(" ".join(words), "warning" if left else "success")


def _next(work: Work, section: Branch, about: Subject | None) -> str:
    """The page after this one: the next object, else the section's list, the next section."""
    here = work.assessment.id
    if about is not None:
        left = [one for one in about[0].matrix.objects if _is_asked(work, one)]  # type: ignore[union-attr]
        place = left.index(about[1]) + 1 if about[1] in left else len(left)
        if place >= len(left):
            return url_for("verification.section", assessment_id=here, section=section.id)
        return url_for(
            "verification.thing",
            assessment_id=here,
            section=section.id,
            question=about[0].id,
            thing=left[place].id,
        )
    sections = work.instrument.sections
    place = sections.index(section) + 1
    if place >= len(sections):
        return url_for("verification.overview", assessment_id=here)
    return url_for("verification.section", assessment_id=here, section=sections[place].id)


def _is_asked(work: Work, thing: Thing) -> bool:
    """Whether the office claims anything about an object."""
    items = (item for item in work.instrument.items if item.thing is thing)
    return any(
        item.key in work.route.readings and work.route.places[item.key] is Place.ASKED
        for item in items
    )
