"""An index of the few entries that persons wrote, by their act: taking one back looks through no others."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BY_PERSONS = sa.text("act IS NOT NULL")


def upgrade() -> None:
    """Goes one step on."""
    op.create_index("ix_entry_act", "entry", ["act"], sqlite_where=BY_PERSONS, postgresql_where=BY_PERSONS)


def downgrade() -> None:
    """Goes one step back."""
    op.drop_index("ix_entry_act", "entry")
