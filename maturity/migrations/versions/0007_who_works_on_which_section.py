"""who works on which section."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "section_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_section_assignment_assessment_id_assessment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_section_assignment_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_section_assignment_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_assignment")),
    )
    with op.batch_alter_table("section_assignment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_section_assignment_section", ["assessment_id", "section"], unique=False
        )

    op.create_table(
        "section_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_section_link_assessment_id_assessment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_section_link_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["person.id"], name=op.f("fk_section_link_revoked_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_section_link_token_hash")),
    )
    with op.batch_alter_table("section_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_section_link_assessment_id"), ["assessment_id"], unique=False
        )

    with op.batch_alter_table("answer_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("delegation_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_answer_event_delegation_id"), ["delegation_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_answer_event_delegation_id_section_link"),
            "section_link",
            ["delegation_id"],
            ["id"],
        )

    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("added_delegation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("removed_delegation_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_evidence_removed_delegation_id_section_link"),
            "section_link",
            ["removed_delegation_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_evidence_added_delegation_id_section_link"),
            "section_link",
            ["added_delegation_id"],
            ["id"],
        )

    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("added_delegation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("removed_delegation_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_evidence_file_removed_delegation_id_section_link"),
            "section_link",
            ["removed_delegation_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_evidence_file_added_delegation_id_section_link"),
            "section_link",
            ["added_delegation_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_evidence_file_added_delegation_id_section_link"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_evidence_file_removed_delegation_id_section_link"), type_="foreignkey"
        )
        batch_op.drop_column("removed_delegation_id")
        batch_op.drop_column("added_delegation_id")

    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_evidence_added_delegation_id_section_link"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_evidence_removed_delegation_id_section_link"), type_="foreignkey"
        )
        batch_op.drop_column("removed_delegation_id")
        batch_op.drop_column("added_delegation_id")

    with op.batch_alter_table("answer_event", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_answer_event_delegation_id_section_link"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_answer_event_delegation_id"))
        batch_op.drop_column("delegation_id")

    with op.batch_alter_table("section_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_section_link_assessment_id"))

    op.drop_table("section_link")
    with op.batch_alter_table("section_assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_section_assignment_section")

    op.drop_table("section_assignment")
