"""The public page that tells whether a Berita Acara is genuine and current."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maturity.offices.guard import public
from maturity.survey.blueprint import bp
from maturity.survey.instrument import Text
from maturity.survey.receipts import Finding, find
from maturity.survey.statements import typed
from maturity.web import format_moment, reading

MOST_TYPED = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a paper, in both languages, and in which tone."""

    tone: str
    words: Text
    meaning: Text


UNKNOWN = Verdict(
    "error",
    Text("Tidak dikenal", "Not known"),
    Text(
        "Tidak ada Berita Acara dengan kode atau sidik ini. Periksa apakah salah ketik. Bila kode "
        "di kertas memang demikian, kertas itu tidak diterbitkan oleh aplikasi ini.",
        "There is no Berita Acara with this code or digest. Check for typing errors. If the paper "
        "does show this code, it was not issued by this application.",
    ),
)
CURRENT = Verdict(
    "success",
    Text("Asli dan terkini", "Genuine and current"),
    Text(
        "Berita Acara ini diterbitkan oleh aplikasi ini dan belum digantikan. Cocokkan data di "
        "bawah ini dengan kertasnya.",
        "This Berita Acara was issued by this application and has not been superseded. Compare "
        "the details below with the paper.",
    ),
)


@bp.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """Where a code is typed."""
    said = request.args.get("code")
    if said is None:
        return render_template("survey/verify.html", said="", verdict=None, finding=None)
    known = typed(said)
    if known:
        return redirect(url_for("survey.verified", receipt=known), 303)
    return _page(said, None)


@bp.get("/verify/<receipt>")
@public
def verified(receipt: str) -> ResponseReturnValue:
    """What is known of a code or digest: never scores, never names of people."""
    return _page(receipt, find(reading(), receipt))


def _page(said: str, finding: Finding | None) -> ResponseReturnValue:
    verdict = UNKNOWN if finding is None else _verdict(finding)
    body = render_template(
        "survey/verify.html", said=said[:MOST_TYPED], verdict=verdict, finding=finding
    )
    return body, 404 if finding is None else 200


def _verdict(finding: Finding) -> Verdict:
    if finding.newer is None:
        return CURRENT
    zone = finding.receipt.assessment.office.timezone
    newer = {lang: format_moment(finding.newer.issued_at, zone, lang) for lang in ("id", "en")}
    return Verdict(
        "warning",
        Text("Asli, tetapi sudah digantikan", "Genuine, but superseded"),
        Text(
            "Berita Acara ini diterbitkan oleh aplikasi ini, tetapi penilaian yang sama diajukan "
            f"kembali pada {newer['id']}. Yang berlaku adalah Berita Acara yang lebih baru.",
            "This Berita Acara was issued by this application, but the same assessment was "
            f"submitted again on {newer['en']}. The newer Berita Acara is the one that counts.",
        ),
    )
