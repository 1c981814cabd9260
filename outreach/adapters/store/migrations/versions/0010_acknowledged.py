"""Index of the thanks and regrets that were queued: who waits for them is counted from it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

QUEUED = sa.text("kind IN ('thanks', 'regrets') AND state <> 'withheld'")


def upgrade() -> None:
    """Goes one step on."""
    columns = ["campaign", "wave", "kind", "invitee"]
    op.create_index("ix_letter_acknowledged", "letter", columns, sqlite_where=QUEUED, postgresql_where=QUEUED)


def downgrade() -> None:
    """Goes one step back."""
    op.drop_index("ix_letter_acknowledged", "letter")
