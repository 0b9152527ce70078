"""`make samples` makes logs of real runs that come to what `sample_runs/README.md` says."""

from __future__ import annotations

import getpass
import json
import runpy
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.real.kept import texts_of
from tests.test_samples import LOCAL, ROOT, VERDICTS, content, verdicts_of

pytestmark = [pytest.mark.real, pytest.mark.slow]


def summary(*paths: Path) -> dict[str, Any]:
    """A day later: a log without an end is lost by then."""
    from runwatch.cli import main

    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    options = ["--at", later, "--no-cache", "--format", "json"]
    outcome = CliRunner().invoke(main, ["summary", *map(str, paths), *options])
    reply: dict[str, Any] = json.loads(outcome.stdout)
    return reply


def test_samples_made_anew_come_to_what_the_readme_says(tmp_path: Path) -> None:
    """All of them, and nothing in them tells of this machine."""
    made = runpy.run_path(str(ROOT / "tools" / "record_samples.py"))["record_samples"](tmp_path)
    logs = [path for path in made if path.suffix != ".db"]
    assert {path.name for path in logs} == {*VERDICTS, "gap-rotated-log.jsonl.1"}
    for name, verdicts in VERDICTS.items():
        paths = [path for path in (tmp_path / f"{name}.1", tmp_path / name) if path.exists()]
        assert verdicts_of(summary(*paths)) == verdicts, name
    assert [path.name for path in logs if LOCAL.search(content(path))] == []
    texts = texts_of(tmp_path / "state" / ".rivet_state.db")
    own = {str(tmp_path), "/tmp", f"@{socket.gethostname()}", f"/home/{getpass.getuser()}", "%2f", "%2F"}
    assert [text for text in texts if any(word in text for word in own)] == []
