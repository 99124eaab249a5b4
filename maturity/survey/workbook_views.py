"""Pages of the offline workbook: download, upload, look at the changes, apply them."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maturity.offices.guard import current_person_id, permit
from maturity.offices.permissions import Action
from maturity.survey import workbook_apply as applying
from maturity.survey.answers import Change, Theirs
from maturity.survey.assessments import Work
from maturity.survey.blueprint import (
    assessment_or_404,
    assessment_thing,
    author,
    bp,
    is_closed,
    on_behalf,
    open_work,
)
from maturity.survey.corrections import instrument_then
from maturity.survey.forms import dom_id
from maturity.survey.instrument import Item
from maturity.survey.models import Assessment
from maturity.survey.pages import answer_words
from maturity.survey.workbook_apply import Applied
from maturity.survey.workbook_compare import Comparison, Fate, Step, compare
from maturity.survey.workbook_read import TypedLink, read_workbook
from maturity.survey.workbook_slip import WorkbookError
from maturity.survey.workbook_write import write
from maturity.web import LOCALES, locale, now, reading, services, writing

MOST_MEGABYTES = 1.5
MOST_BYTES = int(MOST_MEGABYTES * 1_000_000)
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in words, with what was written beside it."""

    answer: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One changed answer; ``settle``: where and as what version to save it after all."""

    dom: str
    title: str
    place: str
    before: Said
    after: Said
    change: Change
    key: str
    href: str
    version: int


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link that is new."""

    title: str
    place: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class DiffPage:
    """What a workbook would change."""

    assessment: Assessment
    added: tuple[DiffRow, ...]
    changed: tuple[DiffRow, ...]
    conflicts: tuple[DiffRow, ...]
    links: tuple[LinkRow, ...]
    refused: tuple[tuple[str, str, str], ...]
    unchanged: int
    token: str
    on_behalf: bool


@dataclass(frozen=True, slots=True)
class DonePage:
    """What a workbook has changed."""

    assessment: Assessment
    saved: int
    attached: int
    conflicts: tuple[DiffRow, ...]
    refused: tuple[str, ...]
    on_behalf: bool


@bp.get("/assessments/<int:assessment_id>/workbook.xlsx")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def download_workbook(assessment_id: int) -> ResponseReturnValue:
    """The questionnaire of this office as a workbook, with its answers as they stand."""
    said = request.args.get("lang", "")
    language = said if said in LOCALES else locale()
    work = open_work(assessment_id)
    body = write(work, language=language, secret=_secret(), now=now())
    name = "workbook" if language == "en" else "lembar-kerja"
    file = f"{name}-{work.assessment.office_code}-{work.assessment.round.slug}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(body, mimetype=KIND, headers=headers)


@bp.get("/assessments/<int:assessment_id>/workbook")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def workbook(assessment_id: int) -> ResponseReturnValue:
    """Where a workbook is downloaded and handed back."""
    on_behalf(assessment_or_404(reading(), assessment_id))
    return _upload_page(open_work(assessment_id), "")


def _upload_page(work: Work, error: str, status: int = 200) -> ResponseReturnValue:
    body = render_template(
        "survey/workbook.html",
        assessment=work.assessment,
        closed=is_closed(work.assessment),
        error=error,
        limit=MOST_MEGABYTES,
        on_behalf=on_behalf(work.assessment),
    )
    return body, status


@bp.post("/assessments/<int:assessment_id>/workbook")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def upload_workbook(assessment_id: int) -> ResponseReturnValue:
    """Show what a workbook would change; nothing is saved."""
    work = open_work(assessment_id)
    on_behalf(work.assessment)
    if is_closed(work.assessment):
        return _upload_page(work, "", 409)
    try:
        comparison = _compared(work)
        token = applying.packed(
            comparison,
            assessment_id=assessment_id,
            person_id=current_person_id(),
            secret=_secret(),
        )
    except WorkbookError as error:
        return _upload_page(work, error.in_(locale()), error.status)
    return render_template("survey/workbook_diff.html", page=_diff_page(work, comparison, token))


def _compared(work: Work) -> Comparison:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise WorkbookError("Pilih berkas lembar kerja lebih dahulu.", "Choose a workbook first.")
    with closing(sent):
        body = sent.stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise WorkbookError(
            f"Berkas terlalu besar; paling besar {MOST_MEGABYTES:g} MB.".replace(".5", ",5"),
            f"The file is too large; at most {MOST_MEGABYTES:g} MB.",
        )
    earlier = partial(instrument_then, reading(), work.assessment.round)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(body)
        filled = read_workbook(path, work, secret=_secret(), earlier=earlier)
    return compare(reading(), work, filled)


@bp.post("/assessments/<int:assessment_id>/workbook/apply")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def apply_workbook(assessment_id: int) -> ResponseReturnValue:
    """Save what was shown: all of it, except where somebody else saved meanwhile."""
    who = author()
    on_behalf(assessment_or_404(reading(), assessment_id))
    proposal = applying.unpacked(
        request.form.get("changes", ""),
        assessment_id=assessment_id,
        person_id=current_person_id(),
        secret=_secret(),
    )
    with writing() as session:
        assessment = assessment_or_404(session, assessment_id, held=True)
        brought = on_behalf(assessment)
        applied = applying.apply(session, assessment, proposal, author=who, brought=brought)
    page = _done_page(open_work(assessment_id), applied)
    return render_template("survey/workbook_done.html", page=page)


def _secret() -> str:
    return services().settings.secret()


# --- what the pages show --------------------------------------------------------------


def _diff_page(work: Work, comparison: Comparison, token: str) -> DiffPage:
    rows = {fate: tuple(_step_row(work, s) for s in comparison.of(fate)) for fate in Fate}
    return DiffPage(
        assessment=work.assessment,
        added=rows[Fate.ADDED],
        changed=rows[Fate.CHANGED],
        conflicts=rows[Fate.CONFLICT],
        links=tuple(_link_row(one) for one in comparison.links),
        refused=tuple(
            (one.place, _title(one.item), one.text.in_(locale())) for one in comparison.refused
        ),
        unchanged=comparison.unchanged,
        token=token,
        on_behalf=on_behalf(work.assessment),
    )


def _done_page(work: Work, applied: Applied) -> DonePage:
    conflicts = tuple(
        _row(work, work.instrument.item(key), "", theirs=one.theirs, change=one.mine)
        for key, one in applied.conflicts.items()
    )
    return DonePage(
        assessment=work.assessment,
        saved=applied.saved,
        attached=applied.attached,
        conflicts=conflicts,
        refused=applied.refused,
        on_behalf=on_behalf(work.assessment),
    )


def _step_row(work: Work, step: Step) -> DiffRow:
    return _row(work, step.item, step.place, theirs=step.before, change=step.change)


def _row(work: Work, item: Item, place: str, *, theirs: Theirs | None, change: Change) -> DiffRow:
    stored = work.answers.get(item.key)
    reason = stored.reason if stored else ""
    before = Said("", "", "")
    if theirs is not None:
        before = Said(_words(work, item, theirs.value), reason, theirs.note)
    return DiffRow(
        dom=dom_id(item.key),
        title=_title(item),
        place=place,
        before=before,
        after=Said(_words(work, item, change.raw), change.reason, change.note),
        change=change,
        key=item.key,
        href=_address(work, item),
        version=stored.version if stored else 0,
    )


def _words(work: Work, item: Item, value: str) -> str:
    return answer_words(work.instrument, item, value, language=locale())


def _title(item: Item) -> str:
    title = item.question.title.in_(locale())
    if item.thing is None or item.column is None:
        return f"{item.key} {title}"
    return f"{item.thing.label.in_(locale())} – {item.column.label.in_(locale())}"


def _link_row(one: TypedLink) -> LinkRow:
    item = one.item
    title = item.thing.label.in_(locale()) if item.thing else _title(item)
    return LinkRow(title, one.place, one.url, one.note)


def _address(work: Work, item: Item) -> str:
    """The page on which an answer is settled."""
    sections = work.instrument.sections
    section = next(s for s in sections if item.question in s.questions)
    matrix = item.question.matrix
    if matrix is None or not matrix.paged or item.thing is None:
        return url_for("survey.section", assessment_id=work.assessment.id, section=section.id)
    return url_for(
        "survey.thing",
        assessment_id=work.assessment.id,
        section=section.id,
        question=item.question.id,
        thing=item.thing.id,
    )
