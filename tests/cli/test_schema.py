"""`runwatch schema`: what it allows is what is read, and what it forbids is a problem."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import zstandard
from tests.cli.calling import SAMPLES, WARNED, call, completed, ended, failed, started

from runwatch.core.decode import decode_line
from runwatch.core.events import SOURCE_VARIANTS, VARIANTS, Problem

DATA = Path(__file__).parents[1] / "data"
SCHEMA = json.loads(call("schema").stdout)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PLAN: dict[str, Any] = {
    **dict.fromkeys(["export_name", "base_query", "strategy", "format", "compression"], "x"),
    **dict.fromkeys(["destination_type", "tuning_profile"], "x"),
    **dict.fromkeys(["validate", "reconcile", "resume"], True),
    "batch_size": 1,
}


def content(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    return zstandard.ZstdDecompressor().stream_reader(data).read() if path.suffix == ".zst" else data


def values(path: Path) -> list[Any]:
    """Every line of a log that is JSON, and a whole file that is one document."""
    found = []
    for piece in [content(path)] if path.suffix == ".json" else content(path).splitlines():
        try:
            found.append(json.loads(piece))
        except ValueError:
            continue
    return found


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_variant_has_its_fields_from_its_class() -> None:
    names = {variant.__name__ for variant in (*VARIANTS, *SOURCE_VARIANTS)}
    assert names <= set(SCHEMA["$defs"])
    assert SCHEMA["$defs"]["ParallelismAdjusted"]["required"] == ["from", "to", "reason"]
    assert SCHEMA["$defs"]["RunCompleted"]["properties"]["error_message"] == {"type": ["string", "null"]}
    assert "extra" not in SCHEMA["$defs"]["RunCompleted"]["properties"]


def test_every_line_of_the_samples_is_judged_as_reading_it_does() -> None:
    """Nearly all are valid; those that are JSON and yet problems are not."""
    wrong = 0
    for path in sorted(path for path in SAMPLES.iterdir() if path.is_file()):
        for value in values(path) if path.suffix != ".md" else []:
            assert VALIDATOR.is_valid(value) is not bool(problems(value)), (path.name, value)
            wrong += bool(problems(value))
    assert wrong == 3


STREAM = [json.loads(each) for each in (DATA / "stream" / "orders.jsonl").read_bytes().splitlines()[::22]]
GOOD = [
    {"event": started()},
    {"event": WARNED},
    {"run_id": "r", "export_name": None, "recorded_at": None, "event": failed(), "mine": 1},
    {"recorded_at": "whenever", "event": completed(0, 0, None)},
    {"event": {"ChunkCompleted": {"chunk_index": 0, "rows": 1}}},
    {"event": {"PlanResolved": PLAN}},
    {"event": {"PlanResolved": PLAN | {"row_hash": {"column": "h"}, "chunk_key": None}}},
    {"event": {"SchemaChanged": {"added": ["a"], "removed": [], "type_changed": [["a", "b", "c"]]}}},
    {"event": {"run_completed": {"status": "odd", "duration_ms": 0}}},
    {"event": {"type": "chunk_started", "chunk_index": 0, "start_key": "", "end_key": ""}},
    {"type": "Warning", "context": "c", "message": "m", "run_id": "r"},
    {"type": "Teleported", "run_id": "r"},
    {"type": "Teleported", "recorded_at": None},
    {"event": {"Teleported": 1}},
    {"event": {"Progress": {"rows": None}}},
    {"run_id": "r", "entries": [{"event": ended()}, {"type": "Warning", "context": "c", "message": "m"}]},
    {"entries": []},
    *STREAM,
]
BAD = [
    [], 1, None, {}, {"run_id": "r"},
    {"event": None}, {"event": {}}, {"event": {**started(), **failed()}},
    {"event": {"ChunkStarted": {"chunk_index": 0, "start_key": ""}}},
    {"event": {"ChunkStarted": {"chunk_index": -1, "start_key": "", "end_key": ""}}},
    {"event": {"ChunkStarted": {"chunk_index": 2**64, "start_key": "", "end_key": ""}}},
    {"event": {"ChunkStarted": {"chunk_index": "0", "start_key": "", "end_key": ""}}},
    {"event": {"chunk_started": None}},
    {"event": {"type": "ChunkStarted"}},
    {"event": {"SchemaChanged": {"added": ["a"], "removed": [], "type_changed": [["a", "b"]]}}},
    {"event": {"PlanResolved": PLAN | {"validate": 1}}},
    {"event": {"PlanResolved": PLAN | {"row_hash": []}}},
    {"event": {"RunCompleted": {"status": "success", "duration_ms": None}}},
    {"event": started(), "recorded_at": 5}, {"event": started(), "run_id": 5},
    {"type": "Warning", "context": "c"}, {"type": "Teleported"}, {"type": 5, "run_id": "r"},
    {**STREAM[0], "run_id": None}, {**STREAM[1], "total_rows": "7"}, {**STREAM[1], "status": 7},
    {"type": "started", "export_name": "e"},
    {"entries": {}}, {"entries": [{"event": {"Warning": {}}}]}, {"entries": [1]},
]  # fmt: skip


def problems(value: Any) -> list[Problem]:
    """What reading has against it."""
    return [each for each in decode_line(json.dumps(value).encode(), "x") if isinstance(each, Problem)]


@pytest.mark.parametrize("value", GOOD, ids=json.dumps)
def test_what_is_valid_can_be_read(value: Any) -> None:
    VALIDATOR.validate(value)
    assert problems(value) == []


@pytest.mark.parametrize("value", BAD, ids=json.dumps)
def test_what_is_not_valid_is_a_problem(value: Any) -> None:
    assert not VALIDATOR.is_valid(value)
    assert problems(value)
