"""Corrections of a running round's texts: for administrators to make, for all to see."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.errors import MaturityError
from maturity.offices.guard import permit, public
from maturity.offices.permissions import Action
from maturity.survey import blueprint
from maturity.survey import corrections as door
from maturity.survey.administration import bp, round_or_404
from maturity.survey.blueprint import author
from maturity.survey.correction_words import place_words
from maturity.survey.corrections import Comparison
from maturity.survey.loader import InstrumentError
from maturity.survey.models import Round
from maturity.survey.reading import clean
from maturity.survey.round_words import term_name, term_value
from maturity.survey.stage_models import Correction
from maturity.survey.strict_yaml import Plain, parse
from maturity.web import MAX_BODY, locale, reading, writing

MOST_FAULTS = 10


@bp.get("/<slug>/correction")
@permit(Action.ADMINISTER)
def correction(slug: str) -> ResponseReturnValue:
    """The form that takes a corrected file."""
    return _page(round_or_404(reading(), slug))


@bp.post("/<slug>/correction")
@permit(Action.ADMINISTER)
def correct(slug: str) -> ResponseReturnValue:
    """Show what a file would correct; or do it, with a reason, once that was seen."""
    round_ = round_or_404(reading(), slug)
    text, words = _sent(), request.form.get("words", "")
    if text is None:
        return _page(round_, error=gettext("Pilih berkas YAML dalam UTF-8."), words=words)
    try:
        found = door.compare(round_, text, name=gettext("berkas"))
    except InstrumentError as error:
        faults = [str(fault) for fault in error.faults[:MOST_FAULTS]]
        return _page(round_, error=gettext("Berkas ini bukan instrumen yang benar."), lines=faults,
                     words=words)  # fmt: skip
    if found.structural:
        refused = door.StructureError(found.structural)
        return _page(round_, error=refused.in_(locale()), words=words)
    if request.form.get("do") != "apply":
        return _page(round_, found=found, text=text, words=words, status=200)
    return _apply(slug, text, words)


def _apply(slug: str, text: str, words: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            held = round_or_404(session, slug)
            done = door.correct(session, held, text, words=words, author=author())
    except MaturityError as error:
        round_ = round_or_404(reading(), slug)
        found = door.compare(round_, text)
        return _page(round_, found=found, text=text, words=words, fault=error.in_(locale()))
    flash(gettext("%(n)s teks dikoreksi.", n=len(done.texts)), "success")
    return redirect(url_for("survey.corrections", slug=slug), 303)


def _sent() -> str | None:
    """The file's text: just sent, or carried on by the page that showed the differences."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        kept = request.form.get("text", "")
        return kept.replace("\r\n", "\n") or None  # browsers end lines so
    try:
        return sent.stream.read(MAX_BODY).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _page(
    round_: Round,
    *,
    found: Comparison | None = None,
    text: str = "",
    words: str = "",
    error: str = "",
    fault: str = "",
    lines: list[str] | None = None,
    status: int = 422,
) -> tuple[str, int]:
    content = parse(round_.source).content
    changed = found.texts if found else ()
    texts = [(place_words(content, one.path, locale()), one) for one in changed]
    body = render_template(
        "survey/rounds/correction.html",
        round=round_,
        found=found,
        texts=texts,
        text=text,
        words=clean(words),
        error=error,
        fault=fault,
        lines=lines or [],
    )
    return body, status if error or fault or found else 200


# --- for all to see -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of a round, as it is shown. ``rows``: place, path, before, after."""

    at: datetime
    words: str
    of_texts: bool
    before: str
    after: str
    rows: list[tuple[str, str, str, str]]


@blueprint.bp.get("/rounds/<slug>/corrections")
@public
def corrections(slug: str) -> ResponseReturnValue:
    """Everything that was changed of a round since it was opened."""
    round_ = round_or_404(reading(), slug)
    content = parse(round_.source).content
    changes = [_changed(row, content) for row in door.corrections(reading(), round_)]
    return render_template("survey/rounds/corrections.html", round=round_, changes=changes)


def _changed(row: Correction, content: Plain) -> Changed:
    of_texts = row.before != row.after
    found = json.loads(row.changes)
    if of_texts:
        rows = [
            (place_words(content, path, locale()), ".".join(map(str, path)), before, after)
            for path, before, after in found
        ]
    else:
        rows = [
            (term_name(name), "", term_value(name, before), term_value(name, after))
            for (name,), before, after in found
        ]
    return Changed(row.at, row.words, of_texts, row.before, row.after, rows)
