"""what each variable came to."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from maturity.scoring.scorecard import Scorecard
from maturity.survey.frozen import variable_numbers
from maturity.survey.instrument import Instrument
from maturity.survey.loader import InstrumentError, load_text

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("scorecard", schema=None) as batch_op:
        batch_op.add_column(sa.Column("variables", sa.Text(), server_default="{}", nullable=False))
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Work the column out of what was frozen whole; a result that cannot be read keeps none."""
    instruments = _instruments(connection)
    rows = connection.execute(
        sa.text(
            "SELECT scorecard.id AS id, round_id, payload FROM scorecard"
            " JOIN assessment ON assessment.id = scorecard.assessment_id"
        )
    ).all()
    for row in rows:
        found = _numbers(instruments.get(row.round_id), bytes(row.payload))
        said = {"found": json.dumps(found, separators=(",", ":")), "id": row.id}
        connection.execute(sa.text("UPDATE scorecard SET variables = :found WHERE id = :id"), said)


def _instruments(connection: sa.Connection) -> dict[int, Instrument]:
    found = {}
    for row in connection.execute(sa.text("SELECT id, source FROM round")):
        try:
            found[row.id] = load_text(row.source, name=f"round {row.id}")
        except InstrumentError:
            continue
    return found


def _numbers(instrument: Instrument | None, payload: bytes) -> Mapping[str, object]:
    try:
        card = Scorecard.from_json(zlib.decompress(payload).decode())
        return variable_numbers(instrument, card) if instrument else {}
    except (zlib.error, ValueError, KeyError, TypeError):
        return {}


def downgrade() -> None:
    with op.batch_alter_table("scorecard", schema=None) as batch_op:
        batch_op.drop_column("variables")
