"""Runs the migrations on the connection that the store hands over."""

from alembic import context

from outreach.adapters.store import indexes  # noqa: F401  they join the tables
from outreach.adapters.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
