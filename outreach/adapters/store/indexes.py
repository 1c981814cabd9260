"""Indexes that each database writes in its own way; only who makes or compares tables needs them."""

from __future__ import annotations

from sqlalchemy import Index, text

from outreach.adapters.store import tables as t

HERE = (t.listed.c.campaign, t.listed.c.wave)

# Few are so: an index of these alone.
for name, order, rare, of in (
    ("late", ("name", "invitee"), "late = 1", "late"),
    ("needs_review", ("name", "invitee"), "needs_review = 1", "needs_review"),
    ("owed", ("name", "invitee"), "owed = 1", "owed"),
    ("decided_by", ("decided_by", "name", "invitee"), "decided_by IS NOT NULL", "decided_by IS NOT NULL"),
    ("place", ("state", "invitee"), "lat <> ''", "lat <> ''"),
):
    columns = (t.listed.c[one] for one in order)
    Index(f"ix_listed_{name}", *HERE, *columns, sqlite_where=text(rare), postgresql_where=text(of))

Index(
    "ix_letter_acknowledged",
    *(t.letter.c[name] for name in ("campaign", "wave", "kind", "invitee")),
    sqlite_where=text(t.ACKNOWLEDGED),
    postgresql_where=text(t.ACKNOWLEDGED),
)

# Of 650,000 entries that 250,000 invitees have, persons wrote few; taking an act back asks for its own.
by_persons = text("act IS NOT NULL")
Index("ix_entry_act", t.entry.c.act, sqlite_where=by_persons, postgresql_where=by_persons)

# PostgreSQL keeps rows in no order: there a search reads this.
by_name = Index("ix_listed_search", *HERE, t.listed.c.name, t.listed.c.invitee, postgresql_include=["search"])
by_name.ddl_if("postgresql")
