"""Scaling out: the pace and the leases that all senders share, and the domain a letter goes to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes one step on."""
    op.create_table(
        "pace",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("last_slot", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pace")),
    )
    op.create_table(
        "sender",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sender")),
    )
    op.add_column("letter", sa.Column("domain", sa.String(length=255), nullable=False, server_default=""))
    position = "instr(to_address, '@')" if op.get_bind().dialect.name == "sqlite" else "strpos(to_address, '@')"
    op.execute(f"UPDATE letter SET domain = lower(substr(to_address, {position} + 1))")  # noqa: S608  fixed words
    if op.get_bind().dialect.name != "sqlite":  # which would have to make the table anew, and entries point to letters
        op.alter_column("letter", "domain", server_default=None)


def downgrade() -> None:
    """Goes one step back."""
    op.drop_column("letter", "domain")
    op.drop_table("sender")
    op.drop_table("pace")
