"""Deadlines and rules of a round in words, as pages show them."""

from __future__ import annotations

import json
from datetime import datetime

from flask_babel import gettext

from maturity.offices.registry import OfficeKind
from maturity.survey.assignments import BODY_NAMES, Body
from maturity.survey.round_terms import AFTER
from maturity.web import format_moment, locale


def kind_names() -> dict[OfficeKind, str]:
    """Kinds of office in the reader's language."""
    return {
        OfficeKind.NATIONAL: gettext("KPU RI"),
        OfficeKind.PROVINCE: gettext("KPU Provinsi"),
        OfficeKind.REGENCY: gettext("KPU Kabupaten"),
        OfficeKind.CITY: gettext("KPU Kota"),
    }


def term_name(column: str) -> str:
    """What a column of a round is called."""
    names = {
        "opens_at": gettext("Pembukaan"),
        "closes_at": gettext("Batas pengisian"),
        "verify_by": gettext("Batas verifikasi"),
        "reply_by": gettext("Batas masa sanggah"),
        "settle_by": gettext("Batas penetapan"),
        "reply_days": gettext("Masa sanggah paling singkat"),
        "grace_minutes": gettext("Kelonggaran kiriman"),
        "verifiers": gettext("Siapa memverifikasi siapa"),
        "na_policy": gettext("Jawaban “tidak berlaku”"),
        "suppress_below": gettext("Kelompok terkecil yang ditampilkan"),
    }
    return names[column]


def term_value(column: str, told: str | int | None) -> str:
    """A value as the record tells it, in words; deadlines by the clock of WIB."""
    if told is None:
        return gettext("Tanpa batas")
    if column in AFTER:
        return format_moment(datetime.fromisoformat(str(told)), "Asia/Jakarta", locale())
    if column == "verifiers":
        return _rule(str(told))
    words = {
        ("reply_days", told): gettext("%(n)s hari", n=told),
        ("grace_minutes", told): gettext("%(n)s menit", n=told),
        ("suppress_below", told): gettext("%(n)s kantor", n=told),
        ("na_policy", "claimed"): gettext("Berlaku begitu dinyatakan kantor"),
        ("na_policy", "granted"): gettext("Berlaku setelah disetujui verifikator"),
    }
    return words[column, told]


def _rule(text: str) -> str:
    said, names = json.loads(text), kind_names()
    return "; ".join(
        f"{names[kind]}: {', '.join(BODY_NAMES[Body(one)].in_(locale()) for one in said[kind])}"
        for kind in OfficeKind
    )
