"""evidence that lasts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archived_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_sha256", sa.String(length=64), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=24), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archived_link")),
    )
    with op.batch_alter_table("archived_link", schema=None) as batch_op:
        batch_op.create_index("ix_archived_link_url_sha256_id", ["url_sha256", "id"], unique=False)

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("private_note", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("answer_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("private_note", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("place", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("carried_from_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_evidence_carried_from_id_assessment"),
            "assessment",
            ["carried_from_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("carried_from_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_evidence_file_carried_from_id_assessment"),
            "assessment",
            ["carried_from_id"],
            ["id"],
            ondelete="SET NULL",
        )

    # The default was for the rows that were there; new rows say for themselves.
    for table, column, kind in (
        ("answer", "private_note", sa.Text()),
        ("answer_event", "private_note", sa.Text()),
        ("evidence", "place", sa.String(length=200)),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, existing_type=kind, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_evidence_file_carried_from_id_assessment"), type_="foreignkey"
        )
        batch_op.drop_column("carried_from_id")
        batch_op.drop_column("valid_until")

    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_evidence_carried_from_id_assessment"), type_="foreignkey"
        )
        batch_op.drop_column("carried_from_id")
        batch_op.drop_column("valid_until")
        batch_op.drop_column("place")

    with op.batch_alter_table("answer_event", schema=None) as batch_op:
        batch_op.drop_column("private_note")

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_column("private_note")

    with op.batch_alter_table("archived_link", schema=None) as batch_op:
        batch_op.drop_index("ix_archived_link_url_sha256_id")

    op.drop_table("archived_link")
