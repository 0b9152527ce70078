"""`make samples` makes logs of real runs that come to what `sample_runs/README.md` says."""

from __future__ import annotations

import getpass
import runpy
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.real.kept import texts_of
from tests.test_samples import LOCAL, ROOT, STATE, VERDICTS, content, summary, verdicts_of, verdicts_of_state

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_samples_made_anew_come_to_what_the_readme_says(tmp_path: Path) -> None:
    """All of them, and nothing in them tells of this machine."""
    made = runpy.run_path(str(ROOT / "tools" / "record_samples.py"))["record_samples"](tmp_path)
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")  # what has no end is lost by then
    logs = [path for path in made if path.suffix != ".db"]
    assert {path.name for path in logs} == {*VERDICTS, "gap-rotated-log.jsonl.1"}
    for name, verdicts in VERDICTS.items():
        paths = [path for path in (tmp_path / f"{name}.1", tmp_path / name) if path.exists()]
        assert sorted(verdicts_of(summary(*map(str, paths), at=later))) == sorted(verdicts), name  # several run at once
    assert verdicts_of_state(tmp_path / "state", later) == STATE
    assert [path.name for path in logs if LOCAL.search(content(path))] == []
    texts = texts_of(tmp_path / "state" / ".rivet_state.db")
    own = {str(tmp_path), "/tmp", f"@{socket.gethostname()}", f"/home/{getpass.getuser()}", "%2f", "%2F"}
    assert [text for text in texts if any(word in text for word in own)] == []
