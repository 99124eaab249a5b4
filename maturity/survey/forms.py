"""What a questionnaire's form carries, field by field.

Names are ``value:KEY``, ``reason:KEY``, ``note:KEY`` and ``seen:KEY`` for an item;
``private:KEY`` and ``confidence:KEY`` too where the page asks for them; ``url:KEY``,
``about:KEY``, ``place:KEY``, ``until:KEY`` and ``drop:KEY`` for the evidence of a question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from werkzeug.datastructures import MultiDict

from maturity.survey.answers import Change
from maturity.survey.instrument import Item


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """A link that was typed."""

    key: str
    url: str
    note: str
    place: str = ""


def dom_id(key: str) -> str:
    """An item's key as an HTML id."""
    return "q-" + key.replace("/", "-").replace(".", "_")


def changes(form: MultiDict[str, str], items: Sequence[Item]) -> dict[str, Change]:
    """The changes that a form carries, for those of the items that were on the page."""
    return {
        item.key: Change(
            raw=",".join(form.getlist(f"value:{item.key}")),
            reason=form.get(f"reason:{item.key}", ""),
            note=form.get(f"note:{item.key}", ""),
            seen=version(form.get(f"seen:{item.key}", "")),
            private_note=form.get(f"private:{item.key}"),
            confidence=confidence(form.get(f"confidence:{item.key}")),
        )
        for item in items
        if f"seen:{item.key}" in form
    }


def change_from_json(data: Mapping[str, object]) -> Change:
    """The change that a script sends."""
    value = data.get("value", "")
    raw = ",".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return Change(
        raw=raw,
        reason=str(data.get("reason") or ""),
        note=str(data.get("note") or ""),
        seen=version(str(data.get("seen", ""))),
        private_note=None if data.get("private") is None else str(data["private"]),
        confidence=confidence(data.get("confidence")),
    )


def confidence(said: object) -> int | None:
    """1 to 3, 0 for none; None, which changes nothing, for nonsense and where it is not asked."""
    return {"": 0, "0": 0, "1": 1, "2": 2, "3": 3}.get(str(said))


def version(said: str) -> int:
    """The version somebody has seen; 0 for nonsense, which is then refused as stale."""
    return number(said) or 0


def number(said: object) -> int | None:
    """A number of ours, as it comes back; None for nonsense and what no database holds."""
    text = str(said)
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def moment_said(said: str) -> datetime | None:
    """A moment with its zone, in UTC; None for nonsense and what no clock shows."""
    try:
        found = datetime.fromisoformat(said)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):  # the first and last days there are, in another zone
        return None


def new_evidence(form: MultiDict[str, str], keys: Sequence[str]) -> list[NewEvidence]:
    """The links that were typed for these questions."""
    found = []
    for key in keys:
        notes = form.getlist(f"about:{key}")
        for place, url in enumerate(form.getlist(f"url:{key}")):
            if url.strip():
                note = notes[place] if place < len(notes) else ""
                found.append(NewEvidence(key, url, note, form.get(f"place:{key}", "")))
    return found


def dropped(
    form: MultiDict[str, str], keys: Sequence[str], field: str = "drop"
) -> list[tuple[str, int]]:
    """(question's key, id) of evidence to take away."""
    said = ((key, one) for key in keys for one in form.getlist(f"{field}:{key}"))
    return [(key, found) for key, one in said if (found := number(one)) is not None]
