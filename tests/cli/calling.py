"""runwatch called in this process, on logs made up here, at a time that stands still."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from runwatch.cli import main
from runwatch.core.times import parse_time
from runwatch.session.clock import ManualClock

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_runs"
JSON = dict[str, Any]


def time_of(text: str) -> int:
    """ns of an RFC 3339 time."""
    parsed = parse_time(text)
    assert parsed is not None
    return parsed[0]


NOW = time_of("2026-11-24T00:00:00Z")


def call(*arguments: str | Path, now: int = NOW, env: dict[str, str | None] | None = None, **extra: Any) -> Result:
    """`runwatch ARGUMENTS…`; what the machine's environment says of colour and language does not count."""
    calm = {"NO_COLOR": None, "LC_ALL": "C.UTF-8"} | (env or {})
    result = CliRunner().invoke(main, [str(each) for each in arguments], obj=ManualClock(now), env=calm, **extra)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def summary(*arguments: str | Path, now: int = NOW) -> JSON:
    """What `runwatch summary --format json` says."""
    reply: JSON = json.loads(call("summary", "--format", "json", *arguments, now=now).stdout)
    return reply


def line(event: JSON, *, run: str = "orders_1", second: float | None = 0, export: str = "orders", **more: Any) -> str:
    """A line of a log, so many seconds after 18:00 on a Monday."""
    found: JSON = {"run_id": run, "export_name": export}
    if second is not None:
        minutes, seconds = divmod(second, 60)
        found["recorded_at"] = f"2026-11-23T18:{int(minutes):02d}:{seconds:06.3f}Z"
    return json.dumps(found | {"event": event} | more)


def started(index: int = 0) -> JSON:
    return {"ChunkStarted": {"chunk_index": index, "start_key": "1", "end_key": "500"}}


def failed(index: int = 0, error: str = "no space") -> JSON:
    return {"ChunkFailed": {"chunk_index": index, "error": error, "attempt": 1}}


def completed(index: int = 0, rows: int = 10, name: str | None = "a.parquet") -> JSON:
    return {"ChunkCompleted": {"chunk_index": index, "rows": rows, "file_name": name}}


def ended(status: str = "success", **more: Any) -> JSON:
    return {"RunCompleted": {"status": status, "duration_ms": 1000, "error_message": None} | more}


WARNED: JSON = {"Warning": {"context": "shape", "message": "grew"}}


def log(path: Path, *lines: str) -> Path:
    """Those lines as a file."""
    path.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")
    return path
