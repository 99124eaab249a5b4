"""Which text of an instrument a correction changed, in words: of what, which, in which language.

A path leads through the file as it is now; corrections change words only, so old paths still lead
to the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext

SHOWN = 2
"""So many of the parts around a text are named, the innermost last."""


def place_words(content: Any, path: Sequence[str | int], language: str) -> str:
    """``Section › Question (V01) – title, Indonesian``."""
    *_, what, written_in = path
    names = _names(content, path[:-2], language)[-SHOWN:]
    told = f"{_text_names().get(str(what), str(what))}, {_languages()[str(written_in)]}"
    return f"{' › '.join(names) or gettext('Instrumen')} – {told}"


def _names(content: Any, path: Sequence[str | int], language: str) -> list[str]:
    """The parts on the way that have a name, outermost first; the instrument's own is left out."""
    found = []
    for step in path:
        content = content[step]
        if isinstance(content, dict):
            found.append(_name(content, language))
    return [one for one in found if one]


def _name(part: dict[str, Any], language: str) -> str:
    if "level" in part:
        return f"Level {part['level']}"
    said = next((part[one] for one in ("title", "label", "name") if one in part), None)
    id_ = str(part.get("question", part.get("id", "")))
    if not isinstance(said, dict):
        return id_
    return f"{said[language]} ({id_})" if id_ else str(said[language])


def _languages() -> dict[str, str]:
    return {"id": gettext("bahasa Indonesia"), "en": gettext("bahasa Inggris")}


def _text_names() -> dict[str, str]:
    return {
        "title": gettext("judul"),
        "text": gettext("isi"),
        "guidance": gettext("petunjuk"),
        "why": gettext("alasan ditanyakan"),
        "label": gettext("label"),
        "name": gettext("nama"),
        "help": gettext("penjelasan kolom"),
        "note": gettext("catatan"),
        "notice": gettext("pemberitahuan"),
        "summary": gettext("ringkasan"),
        "unit": gettext("satuan"),
        "evidence": gettext("bukti dukung"),
        "suffices": gettext("contoh yang mencukupi"),
        "insufficient": gettext("contoh yang belum mencukupi"),
        "remedy": gettext("langkah ke level ini"),
    }
