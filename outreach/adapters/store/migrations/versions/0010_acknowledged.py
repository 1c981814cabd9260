"""Indices from which alone it is counted who waits for thanks or regrets."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

QUEUED = sa.text("kind IN ('thanks', 'regrets') AND state <> 'withheld'")
STANDS = ["campaign", "wave", "state", "name", "invitee", "began_at"]


def upgrade() -> None:
    """Goes one step on."""
    columns = ["campaign", "wave", "kind", "invitee"]
    op.create_index("ix_letter_acknowledged", "letter", columns, sqlite_where=QUEUED, postgresql_where=QUEUED)
    op.drop_index("ix_listed_state", "listed")
    op.create_index("ix_listed_state", "listed", [*STANDS, "needs_review", "stopped"])


def downgrade() -> None:
    """Goes one step back."""
    op.drop_index("ix_listed_state", "listed")
    op.create_index("ix_listed_state", "listed", STANDS)
    op.drop_index("ix_letter_acknowledged", "letter")
