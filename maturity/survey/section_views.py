"""A section of the questionnaire as a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup, escape

from maturity.offices.guard import current_actor, permit
from maturity.offices.permissions import Action
from maturity.survey.answers import ConflictError
from maturity.survey.blueprint import (
    Subject,
    bp,
    may_answer,
    open_work,
    section_or_404,
    section_thing,
    seen_by_guest,
    subject_or_404,
)
from maturity.survey.evidence_pages import size_words
from maturity.survey.gap import Gap, gap_of
from maturity.survey.instrument import Branch
from maturity.survey.models import Assessment
from maturity.survey.pages import BlockView, ItemView, Pages, QuestionText, Row
from maturity.survey.thread_views import talks
from maturity.web import reading, services


@dataclass(frozen=True, slots=True)
class SectionPage:
    """A section, or one object of a paged matrix in it."""

    assessment: Assessment
    section: Branch
    title: str
    summary: str
    blocks: tuple[BlockView, ...]
    lists: tuple[tuple[str, str, tuple[Row, ...]], ...]
    errors: tuple[tuple[str, str], ...]
    gap: Gap | None
    back: tuple[str, str]
    action: str
    number: int
    count: int
    max_file: str
    talks: Mapping[str, int] | None
    again: tuple[tuple[str, str], ...] | None
    """Evidence to use again; None where it is there but was not asked for: it can be long."""


@bp.get("/assessments/<int:assessment_id>/sections/<section>")
@permit(Action.SEE_ASSESSMENT, section_thing)
def section(assessment_id: int, section: str) -> ResponseReturnValue:
    """A page of questions."""
    return section_page(assessment_id, section, None)


@bp.get("/assessments/<int:assessment_id>/sections/<section>/<question>/<thing>")
@permit(Action.SEE_ASSESSMENT, section_thing)
def thing(assessment_id: int, section: str, question: str, thing: str) -> ResponseReturnValue:
    """One object of a paged matrix."""
    return section_page(assessment_id, section, (question, thing))


def section_page(
    assessment_id: int,
    section_id: str,
    subject: tuple[str, str] | None,
    conflicts: dict[str, ConflictError] | None = None,
) -> ResponseReturnValue:
    """The page of a section or of one object; with both values where a save was refused."""
    work = open_work(assessment_id)
    section = section_or_404(work.instrument, section_id)
    pages = Pages(reading(), seen_by_guest(work, section))
    conflicts = conflicts or {}
    about = subject_or_404(section, subject)
    if not may_answer(work, section):
        return redirect(
            url_for("survey.check_section", assessment_id=assessment_id, section=section_id)
        )
    blocks, lists = _blocks(pages, section, about, conflicts)
    sections = work.instrument.sections
    page = SectionPage(
        assessment=work.assessment,
        section=section,
        title=(about[1].label if about else section.title).in_(pages.language),
        summary="" if about or not section.summary else section.summary.in_(pages.language),
        blocks=tuple(blocks),
        lists=tuple(lists),
        errors=tuple(_errors(blocks, conflicts)),
        gap=None if about or current_actor().delegation else gap_of(work, section, pages.language),
        back=_back(assessment_id, section_id, about),
        action=request.path,
        number=sections.index(section) + 1,
        count=len(sections),
        max_file=size_words(services().settings.max_file, pages.language),
        talks=talks(reading(), work.assessment),
        again=_again(pages, blocks),
    )
    body = render_template("survey/section.html", page=page)
    return body, 409 if conflicts else 200


def _again(pages: Pages, blocks: list[BlockView]) -> tuple[tuple[str, str], ...] | None:
    found = pages.proofs.again([one.key for one in blocks if one.takes_evidence])
    return found if "again" in request.args or not found else None


@lru_cache(maxsize=8192)
def _blank_control(text: QuestionText, inline: bool) -> Markup:
    """The choices of a question with nothing chosen: most of a page, the same for everybody."""
    blank = ItemView(text, "", (), "", "", 0, "", "", asked=True)
    parts = current_app.jinja_env.get_template("survey/_parts.html").module
    return Markup(parts.control(blank, inline))  # type: ignore[attr-defined]  # noqa: S704


@bp.app_template_global("choices_of")
def choices_of(item: ItemView, inline: bool = False) -> Markup:
    """An item's choices, from the blank ones where nothing but the choice differs."""
    text = item.text
    if not text.options or item.error:
        parts = current_app.jinja_env.get_template("survey/_parts.html").module
        return Markup(parts.control(item, inline))  # type: ignore[attr-defined]  # noqa: S704
    html = str(_blank_control(text, inline))
    for value in item.chosen:
        shown = f'value="{escape(value)}">'
        html = html.replace(shown, f"{shown[:-1]} checked>", 1)
    return Markup(html)  # noqa: S704


def _blocks(
    pages: Pages,
    section: Branch,
    about: Subject | None,
    conflicts: dict[str, ConflictError],
) -> tuple[list[BlockView], list[tuple[str, str, tuple[Row, ...]]]]:
    if about is not None:
        return [pages.block(about[0], about[1], conflicts)], []
    blocks, lists = [], []
    for question in section.questions:
        if question.matrix is None:
            if pages.work.route.holds(question.applies_when):
                blocks.append(pages.block(question, None, conflicts))
        elif question.matrix.paged:
            rows = tuple(pages.things(section, question))
            title, text = question.title.in_(pages.language), question.text.in_(pages.language)
            lists.append((title, text, rows))
        else:
            for one, _ in pages.cells(question):
                blocks.append(pages.block(question, one, conflicts))
    return blocks, lists


def _errors(blocks: list[BlockView], conflicts: dict[str, ConflictError]) -> list[tuple[str, str]]:
    """Lines of the error summary: conflicts, drafts, links that cannot be used."""
    found = []
    for block in blocks:
        for item in block.items:
            if item.conflict:
                words = gettext("%(title)s: sudah diubah orang lain", title=item.text.title)
                found.append((item.text.dom, words))
            elif item.error:
                found.append((item.text.dom, f"{item.text.title}: {item.error}"))
        for row in block.evidence:
            if not row.usable:
                words = gettext("%(title)s: tautan tidak dapat dipakai", title=block.title)
                found.append((f"{block.dom}-ev-{row.id}", words))
    return found


def _back(assessment_id: int, section_id: str, about: object) -> tuple[str, str]:
    """Where the page was come from: address and words."""
    here: dict[str, Any] = {"assessment_id": assessment_id, "section": section_id}
    if request.args.get("back") == "check":
        return url_for("survey.check_section", **here), gettext("Kembali ke jawaban bagian ini")
    if about:
        return url_for("survey.section", **here), gettext("Kembali ke bagian ini")
    if current_actor().delegation:
        return url_for("survey.own_section"), gettext("Kembali ke bagian untuk Anda")
    tasks = url_for("survey.tasks", assessment_id=assessment_id)
    return tasks, gettext("Kembali ke daftar bagian")
