"""Listing: where invitees stand and stood, to be searched, filtered and sorted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Goes one step on; the rows are folded from the log when the store is opened."""
    op.create_table(
        "listed",
        *_who(),
        *_what(),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["invitee"], ["invitee.number"], name=op.f("fk_listed_invitee")),
        sa.PrimaryKeyConstraint("campaign", "wave", "name", "invitee", name=op.f("pk_listed")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_listed_invitee", "listed", ["invitee", "campaign", "wave"], unique=True)
    op.create_index("ix_listed_state", "listed", ["campaign", "wave", "state", "name", "invitee"])
    op.create_index("ix_listed_country", "listed", ["campaign", "wave", "country", "name", "invitee"])
    op.create_index("ix_listed_since", "listed", ["campaign", "wave", "since", "invitee"])
    op.create_table(
        "listed_before",
        *_who(),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        *_what(),
        sa.ForeignKeyConstraint(["invitee"], ["invitee.number"], name=op.f("fk_listed_before_invitee")),
        sa.PrimaryKeyConstraint("campaign", "wave", "name", "invitee", "began_at", name=op.f("pk_listed_before")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_listed_before_invitee", "listed_before", ["invitee"])
    switch = sa.table("switch", sa.column("name"), sa.column("value"), sa.column("set_at", MOMENT))
    op.execute(sa.insert(switch).values(name="listing", value="to be folded", set_at=sa.func.now()))


def _who() -> list[Any]:
    return [
        sa.Column("campaign", sa.String(length=100), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("name", PLAIN, nullable=False),
        sa.Column("invitee", NUMBER, autoincrement=False, nullable=False),
    ]


def _what() -> list[Any]:
    return [
        sa.Column("search", PLAIN, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("owed", sa.Boolean(), nullable=False),
    ]


def downgrade() -> None:
    """Goes one step back."""
    op.drop_table("listed_before")
    op.drop_table("listed")
    op.execute("DELETE FROM switch WHERE name = 'listing'")
