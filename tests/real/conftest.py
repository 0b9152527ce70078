"""A PostgreSQL for a whole session of tests, started by the first that needs it; a project for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.postgres import Server, running
from tests.real.rivet import Project


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One for each worker of xdist."""
    with running() as server:
        yield server


@pytest.fixture
def project(server: Server, tmp_path: Path) -> Project:
    """An empty project with an empty database; its state is in a file."""
    return Project(tmp_path / "project", server.emptied("source"))


@pytest.fixture
def in_postgres(project: Project, server: Server) -> Project:
    """The same, with its state in another PostgreSQL database."""
    project.state = server.emptied("state")
    return project
