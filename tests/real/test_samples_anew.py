"""`make samples` makes logs of real runs that come to what `sample_runs/README.md` says."""

from __future__ import annotations

import getpass
import runpy
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.real import demanding
from tests.real.kept import texts_of
from tests.real.recorded import HOST
from tests.test_samples import (
    LOCAL,
    ROOT,
    SAMPLES,
    STATE,
    VERDICTS,
    begin,
    content,
    read,
    summary,
    variant,
    verdicts_of,
    verdicts_of_state,
)

from runwatch.core.events import SOURCE_VARIANTS

pytestmark = [pytest.mark.real, pytest.mark.slow]


def script() -> Callable[..., list[Path]]:
    made: Callable[..., list[Path]] = runpy.run_path(str(ROOT / "tools" / "record_samples.py"))["record_samples"]
    return made


def check_recorded(log: Path) -> None:
    """It has what only the tables tell, and the name of another host."""
    lines = list(read(log))
    names = {variant(line)[1] for line in lines}
    assert {source.__name__ for source in SOURCE_VARIANTS} <= names
    assert {line.get("origin") for line in lines} == {None, "tables"}
    seen = [line["event"]["ProducerSeen"]["host"] for line in lines if "ProducerSeen" in line["event"]]
    assert set(seen) == {HOST}


def check_recovered(log: Path) -> None:
    """It is a real run's, and tells of each of three attempts at chunk 0."""
    of_chunk_0 = [variant(line)[1] for line in read(log) if dict(*line["event"].values()).get("chunk_index") == 0]
    assert of_chunk_0 == [*["ChunkStarted", "ChunkFailed"] * 2, "ChunkStarted", "ChunkCompleted"]
    assert begin(log) > begin(SAMPLES / log.name)


def test_samples_made_anew_come_to_what_the_readme_says(tmp_path: Path) -> None:
    """All of them, and nothing in them tells of this machine."""
    made = script()(tmp_path)
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")  # what has no end is lost by then
    logs = [path for path in made if path.suffix != ".db"]
    assert {path.name for path in logs} == {*VERDICTS, "gap-rotated-log.jsonl.1"}
    for name, verdicts in VERDICTS.items():
        paths = [path for path in (tmp_path / f"{name}.1", tmp_path / name) if path.exists()]
        assert sorted(verdicts_of(summary(*map(str, paths), at=later))) == sorted(verdicts), name  # several run at once
    assert verdicts_of_state(tmp_path / "state", later) == STATE
    assert [path.name for path in logs if LOCAL.search(content(path))] == []
    assert [path.name for path in logs if b"/rw-samples-" in content(path)] == []
    check_recovered(tmp_path / "orders-failed-recovered.jsonl")
    check_recorded(tmp_path / "orders-recorded.jsonl")
    texts = texts_of(tmp_path / "state" / ".rivet_state.db")
    own = {str(tmp_path), "/tmp", f"@{socket.gethostname()}", f"/home/{getpass.getuser()}", "%2f", "%2F"}
    assert [text for text in texts if any(word in text for word in own)] == []


def test_what_cannot_be_made_here_stays_as_it_was_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demanding, "DEBIAN", tmp_path / "none")
    monkeypatch.setattr(demanding, "MOUNT", "false")
    script()(tmp_path / "samples", tmp_path / "journals", ["cdc__04_cdc_t", "chunkfail_disk_full_ckpt_seq"])
    said = capsys.readouterr().out
    assert "not made anew  cdc__04_cdc_t: no PostgreSQL with test_decoding.so" in said
    assert "not made anew  chunkfail_disk_full_ckpt_seq: no disk of one's own" in said
    for name in ("cdc_t_20261123T181838.096_20812.jsonl", "orders-disk-full.jsonl"):
        assert begin(tmp_path / "samples" / name) <= begin(SAMPLES / name)
