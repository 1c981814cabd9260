"""Indices with the times of what is listed: “as of a day” is read from them alone."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LISTED = {
    "ix_listed_state": ["state", "name", "invitee"],
    "ix_listed_country": ["country", "name", "invitee"],
}
ENDED = ["campaign", "wave", "ended_at", "invitee", "state", "country", "began_at"]


def upgrade() -> None:
    """Goes one step on."""
    for name, columns in LISTED.items():
        op.drop_index(name, "listed")
        op.create_index(name, "listed", ["campaign", "wave", *columns, "began_at"])
    op.create_index("ix_listed_began", "listed", ["campaign", "wave", "began_at", "invitee"])
    op.create_index("ix_listed_before_ended", "listed_before", ENDED)


def downgrade() -> None:
    """Goes one step back."""
    op.drop_index("ix_listed_before_ended", "listed_before")
    op.drop_index("ix_listed_began", "listed")
    for name, columns in LISTED.items():
        op.drop_index(name, "listed")
        op.create_index(name, "listed", ["campaign", "wave", *columns])
