"""confidence of answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confidence", sa.Integer(), nullable=True))

    with op.batch_alter_table("answer_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confidence", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("answer_event", schema=None) as batch_op:
        batch_op.drop_column("confidence")

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_column("confidence")
