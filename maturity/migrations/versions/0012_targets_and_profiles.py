"""targets of rounds, and profiles of offices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_round_target_round_id_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_target")),
        sa.UniqueConstraint("round_id", "part", "kind", name=op.f("uq_round_target_round_id")),
    )
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("voters", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("districts", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("profile_source", sa.String(length=200), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_column("profile_source")
        batch_op.drop_column("districts")
        batch_op.drop_column("voters")
    op.drop_table("round_target")
