"""Tally: how many invitees and letters are alike, kept as they change; indices for what the log is asked."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LISTED = ("listed", "listed_before")
NEW = ("asked_at", "answered", "stopped", "lat", "lon")
RARE = {  # index: its order, and whom it holds
    "late": (("name", "invitee"), "late"),
    "needs_review": (("name", "invitee"), "needs_review"),
    "owed": (("name", "invitee"), "owed"),
    "decided_by": (("decided_by", "name", "invitee"), "decided_by IS NOT NULL"),
    "place": (("state", "invitee"), "lat <> ''"),
}


def upgrade() -> None:
    """Goes one step on; the new columns and the tally are filled from the log when the store is opened."""
    for table in LISTED:
        op.add_column(table, sa.Column("asked_at", MOMENT, nullable=True))
        for name in ("answered", "stopped"):
            op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("lat", "lon"):
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.drop_index("ix_listed_since", "listed")
    op.create_index("ix_listed_since", "listed", ["campaign", "wave", "since", "invitee", "state", "country"])
    for name, (order, who) in RARE.items():
        here = sa.text(f"{who} = 1" if who == name else who)
        columns = ["campaign", "wave", *order]
        op.create_index(f"ix_listed_{name}", "listed", columns, sqlite_where=here, postgresql_where=sa.text(who))
    if op.get_bind().dialect.name == "postgresql":
        columns = ["campaign", "wave", "name", "invitee"]
        op.create_index("ix_listed_search", "listed", columns, postgresql_include=["search"])
    _create_tally()
    switch = sa.table("switch", sa.column("name"), sa.column("value"), sa.column("set_at", MOMENT))
    op.execute("DELETE FROM switch WHERE name = 'listing'")
    op.execute(sa.insert(switch).values(name="listing", value="to be folded", set_at=sa.func.now()))


def _create_tally() -> None:
    keys: tuple[tuple[str, Any], ...] = (
        *(("campaign", sa.String(100)), ("wave", sa.Integer()), ("what", sa.String(10)), ("country", sa.String(2))),
        *(("kind", sa.String(40)), ("language", sa.String(35)), ("state", sa.String(20)), ("invited", sa.Boolean())),
        *(("answered", sa.Boolean()), ("step", sa.Integer()), ("at", sa.BigInteger()), ("writer", sa.Integer())),
    )
    op.create_table(
        "tally",
        *(sa.Column(name, kind, nullable=False, autoincrement=False) for name, kind in keys),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*(name for name, _ in keys), name=op.f("pk_tally")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Goes one step back."""
    op.drop_table("tally")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_listed_search", "listed")
    for name in RARE:
        op.drop_index(f"ix_listed_{name}", "listed")
    op.drop_index("ix_listed_since", "listed")
    op.create_index("ix_listed_since", "listed", ["campaign", "wave", "since", "invitee"])
    for table in LISTED:
        for name in NEW:
            op.drop_column(table, name)
    op.execute("DELETE FROM switch WHERE name = 'listing'")
