"""The register of offices, brought into the database."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from maturity.offices.models import Office
from maturity.offices.registry import OfficeRecord, load_registry


def load_offices(session: Session) -> int:
    """Insert the offices that are missing and bring the others up to date; how many there are."""
    known = set(session.scalars(select(Office.code)))
    rows = [_row(record) for record in sorted(load_registry(), key=lambda r: (len(r.code), r.code))]
    new = [row for row in rows if row["code"] not in known]
    old = [row for row in rows if row["code"] in known]
    if new:  # shortest codes first: each office comes after the one above it
        session.execute(insert(Office), new)
    if old:
        session.execute(update(Office), old)
    return len(rows)


def _row(record: OfficeRecord) -> dict[str, object]:
    return {
        "code": record.code,
        "kind": record.kind.value,
        "name_id": record.name_id,
        "name_en": record.name_en,
        "short_name": record.short_name,
        "parent_code": record.parent,
        "province_code": record.province,
        "timezone": record.timezone,
        "areas": " ".join(sorted(record.areas)),
        "url": record.url or "",
        "valid_from": record.valid_from,
        "valid_to": record.valid_to,
        "successor_code": record.successor,
    }
