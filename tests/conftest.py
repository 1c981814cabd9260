"""Real servers for all tests: one of each for a worker, started when first asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings as hypothesis_settings

from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.servers.postgresql import PostgreSQL
from tests.servers.sink import Sink

# A busy machine is no fault, and a change is judged by the same examples each time; `make fuzz` looks for new ones.
hypothesis_settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis_settings.register_profile("searching", deadline=None, derandomize=False, print_blob=True)
hypothesis_settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Dovecot on loopback; `dovecot.account()` makes an empty mailbox."""
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postfix() -> Iterator[Postfix]:
    """Postfix on loopback; what it relays arrives at `postfix.sink`."""
    with Sink() as sink:
        server = Postfix(sink)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """PostgreSQL on a socket; `postgresql.new_database()` makes an empty one."""
    server = PostgreSQL()
    server.start()
    yield server
    server.stop()


REAL_SERVERS = frozenset({"dovecot", "postfix", "postgresql", "browser"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that need a Debian package, so that `make test` runs everywhere; CI runs them all."""
    for item in items:
        if REAL_SERVERS.intersection(getattr(item, "fixturenames", ())) or "[postgresql" in item.name:
            item.add_marker(pytest.mark.real_server)
