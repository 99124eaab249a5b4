"""How a backup writes the values of each kind of column: exact, and the same everywhere."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from typing import Any, Literal

import sqlalchemy as sa

Kind = Literal["moment", "day", "bytes", "plain"]


def kind_of(column_type: sa.types.TypeEngine[Any]) -> Kind:
    """The kind of a column."""
    if isinstance(column_type, sa.DateTime):
        return "moment"
    if isinstance(column_type, sa.Date):
        return "day"
    return "bytes" if isinstance(column_type, sa.LargeBinary) else "plain"


def encoded(value: Any) -> Any:
    """A value of the database as JSON has it; moments as UTC."""
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    return value


def decoded(cell: Any, kind: Kind, *, aware: bool) -> Any:
    """The value back; moments with their zone where the database keeps zones."""
    if cell is None or kind == "plain":
        return cell
    if kind == "moment":
        moment = datetime.fromisoformat(cell)
        return moment if aware else moment.replace(tzinfo=None)
    return date.fromisoformat(cell) if kind == "day" else base64.b64decode(cell)
