"""Proof: how the relay behaves, looks for letters in doubt, copies in the Sent folder."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Goes one step on."""
    op.create_table(
        "relay_profile",
        sa.Column("server", sa.String(length=500), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("server", name=op.f("pk_relay_profile")),
    )
    op.create_table(
        "look",
        sa.Column("letter", NUMBER, autoincrement=False, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["letter"], ["letter.id"], name=op.f("fk_look_letter")),
        sa.PrimaryKeyConstraint("letter", name=op.f("pk_look")),
    )
    op.create_table(
        "sent_copy",
        sa.Column("letter", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter"], ["letter.id"], name=op.f("fk_sent_copy_letter")),
        sa.PrimaryKeyConstraint("letter", name=op.f("pk_sent_copy")),
    )


def downgrade() -> None:
    """Goes one step back."""
    op.drop_table("sent_copy")
    op.drop_table("look")
    op.drop_table("relay_profile")
