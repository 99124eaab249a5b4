"""Run revisions over the connection that ``maturity.schema`` opened."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from maturity.db import UtcDateTime
from maturity.schema import METADATA


def render_item(kind: str, thing: Any, _autogenerate: Any) -> str | Literal[False]:
    """Revisions name plain types only, so that they outlive our classes."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=render_item,
    compare_server_default=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
