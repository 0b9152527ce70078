"""Which source reads what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runwatch.sources.table import meant, state_of


def test_the_configuration_stands_for_the_state_beside_it(tmp_path: Path) -> None:
    assert state_of("exports/rivet.yaml", str(tmp_path)) == "exports/.rivet_state.db"
    assert state_of("rivet.yml", str(tmp_path)) == ".rivet_state.db"
    assert state_of("other.yaml", str(tmp_path)) is None


def test_the_configuration_stands_for_the_address_that_rivet_would_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIVET_STATE_URL", "postgresql://host/state")
    assert meant("exports/rivet.yaml") == "postgresql://host/state"
    assert meant("exports/") == "exports/"
    monkeypatch.setenv("RIVET_STATE_URL", "")
    assert meant("rivet.yaml") == "rivet.yaml"


def test_a_database_under_another_name_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_bytes(b"SQLite format 3\0" + bytes(80))
    (tmp_path / "kept.jsonl").write_bytes(b"SQLite format 4\0")
    assert state_of("kept.db", str(tmp_path)) == "kept.db"
    assert state_of("kept.jsonl", str(tmp_path)) is None
    assert state_of("missing.db", str(tmp_path)) is None


def test_a_pipe_is_not_read_to_see_what_it_is(tmp_path: Path) -> None:
    """Its bytes come once; and opening it would wait for a writer."""
    os.mkfifo(tmp_path / "pipe")
    assert state_of("pipe", str(tmp_path)) is None
    read, write = os.pipe()
    os.write(write, b"SQLite format 3\0")
    assert state_of(f"/dev/fd/{read}", str(tmp_path)) is None
    assert os.read(read, 6) == b"SQLite"
    os.close(read)
    os.close(write)
