"""The page of the Berita Acara: the paper to sign, and its signed scan."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from maturity.errors import MaturityError
from maturity.offices.guard import current_actor, permit, thing_of
from maturity.offices.permissions import Action, may
from maturity.survey import receipts
from maturity.survey.blueprint import assessment_or_404, assessment_thing, author, bp
from maturity.survey.file_evidence import Taken, megabytes, plain_name, take
from maturity.survey.file_kinds import RefusedFileError
from maturity.survey.file_views import download
from maturity.survey.files import is_sha256, store_of
from maturity.survey.statements import grouped
from maturity.survey.uploads import warn_of_nik
from maturity.web import locale, reading, services, writing

ENDINGS = ",".join(ending for kind in receipts.SCANS for ending in kind.endings)


@bp.get("/assessments/<int:assessment_id>/berita-acara")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def sign_off(assessment_id: int) -> ResponseReturnValue:
    """Download the paper, how to sign it, hand in its scan."""
    return _page(assessment_id)


def _page(assessment_id: int, error: str = "", status: int = 200) -> ResponseReturnValue:
    session = reading()
    assessment = assessment_or_404(session, assessment_id)
    receipt = receipts.latest(session, assessment)
    if receipt is None:
        return redirect(url_for("survey.tasks", assessment_id=assessment_id))
    body = render_template(
        "survey/sign_off.html",
        assessment=assessment,
        receipt=receipt,
        scans=receipts.scans(session, receipt),
        may_hand_in=may(current_actor(), Action.ANSWER, thing_of(assessment.office)),
        endings=ENDINGS,
        limit=megabytes(services().settings.max_file, "." if locale() == "en" else ","),
        error=error,
    )
    return body, status


@bp.post("/assessments/<int:assessment_id>/berita-acara")
@permit(Action.ANSWER, assessment_thing)
def hand_in_paper(assessment_id: int) -> ResponseReturnValue:
    """Take in the scan of the signed paper."""
    try:
        name, taken = _arrived()
    except MaturityError as error:
        words = error.in_(locale())
        return _page(assessment_id, words[:1].upper() + words[1:], error.status)
    with writing() as session:
        assessment = assessment_or_404(session, assessment_id, held=True)
        receipt = receipts.latest(session, assessment) or abort(404)
        receipts.add_scan(session, receipt, taken, name=name, author=author())
    flash(gettext("Berita Acara bertanda tangan tersimpan: %(name)s", name=name), "success")
    if taken.holds_nik:
        warn_of_nik(name)
    return redirect(url_for("survey.sign_off", assessment_id=assessment_id), 303)


def _arrived() -> tuple[str, Taken]:
    """The file of the form, in the store, and its name. RefusedFileError, NotKeptError."""
    upload, settings = request.files.get("file"), services().settings
    if upload is None or not upload.filename:
        raise RefusedFileError("pilih berkasnya terlebih dahulu.", "choose the file first.")
    content = upload.stream.read(settings.max_file + 1)
    store = store_of(settings)
    taken = take(store, content, most=settings.max_file, kinds=receipts.SCANS)
    return plain_name(upload.filename, taken.kind), taken


@bp.get("/assessments/<int:assessment_id>/berita-acara/<sha256>")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def signed_paper(assessment_id: int, sha256: str) -> ResponseReturnValue:
    """A signed scan, also one that a newer one has replaced."""
    scan = receipts.scan_of(reading(), assessment_id, sha256) if is_sha256(sha256) else None
    if scan is None:
        abort(404)
    return download(scan.stored, scan.name_as_given)


@bp.get("/assessments/<int:assessment_id>/berita-acara.json")
@permit(Action.SEE_ASSESSMENT, assessment_thing)
def statement_file(assessment_id: int) -> ResponseReturnValue:
    """All that the receipt seals, byte for byte: the file's SHA-256 is the digest."""
    session = reading()
    assessment = assessment_or_404(session, assessment_id)
    receipt = receipts.latest(session, assessment) or abort(404)
    response = Response(receipts.text_of(receipt), mimetype="application/json")
    name = f"berita-acara-{assessment.round.slug}-{assessment.office_code}-{receipt.code}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.app_template_filter("code_groups")
def code_groups(code: str) -> str:
    """A check code as people read it out: ``7K3M-QX2P-…``."""
    return grouped(code, 4, "-")


@bp.app_template_filter("digest_groups")
def digest_groups(digest: str) -> str:
    """A digest in groups of eight."""
    return grouped(digest, 8, " ")
