"""Make the logs of `sample_runs/` from journals that rivet wrote.

    python tools/make_samples.py [JOURNALS] [--into FOLDER]

The same journals give the same files. Wherever rivet has written a run that shows a
thing, the sample is that run; what no journal shows is derived from one, and marked
so in `sample_runs/README.md`. A derived run gets a run_id of its own, so that the
whole folder can be read at once without two samples becoming one run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import zstandard

ROOT = Path(__file__).resolve().parent.parent
Line = dict[str, Any]
TERMINATED = "db error: FATAL: terminating connection due to administrator command"
CDC = "cdc_t_20261123T181838.096_20812"
DISK_FULL = "No space left on device (os error 28)"
NOT_COMPLETED = (
    "{count} chunk task(s) of export 'orders' not completed; fix the cause, then `rivet run --config rivet.yaml "
    "--export orders --resume`, or inspect `rivet state chunks --config rivet.yaml --export orders`: "
    "export 'orders': chunk checkpoint errors:\n{errors}"
)


@dataclass(frozen=True)
class Journals:
    """A folder of rivet's journals, one document a file."""

    folder: Path

    def document(self, name: str) -> Line:
        """The journal as rivet stored it."""
        document: Line = json.loads((self.folder / f"{name}.json").read_bytes())
        return document

    def flat(self, name: str) -> list[Line]:
        """The journal as the lines of a log: run_id and export_name on each."""
        document = self.document(name)
        run = {"run_id": document["run_id"], "export_name": document["export_name"]}
        return [run | entry for entry in document["entries"]]


def text(value: Any) -> str:
    """JSON as rivet writes it: no blanks, UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def log(lines: Iterable[Line | str], newline: str = "\n") -> bytes:
    """Lines to a log's bytes; a string stands for itself."""
    return "".join((line if isinstance(line, str) else text(line)) + newline for line in lines).encode()


def real(name: str, *more: str) -> Callable[[Journals], bytes]:
    """A sample that is one or several journals, flattened and otherwise as they are."""
    return lambda journals: log(line for each in (name, *more) for line in journals.flat(each))


def played(name: str, derived: Callable[[Journals], bytes]) -> Callable[[Journals], bytes]:
    """A sample that is derived unless `make samples` has played it."""
    return lambda journals: (real(name) if (journals.folder / f"{name}.json").exists() else derived)(journals)


def stamp(seconds: float, begin: str) -> str:
    """The time so many seconds behind `begin`, keeping its last three digits."""
    whole = datetime.fromisoformat(begin[:26] + "+00:00") + timedelta(seconds=seconds)
    return whole.strftime("%Y-%m-%dT%H:%M:%S.%f") + begin[26:]


def told(line: Line, begin: str, story: Iterable[tuple[float, Line]]) -> bytes:
    """A log of events at seconds behind `begin`, all else on each line as `line` has it."""
    return log(line | {"recorded_at": stamp(at, begin), "event": event} for at, event in story)


def renamed(lines: Iterable[Line], run_id: str) -> list[Line]:
    """The lines as those of another run, so that a derived run is not taken for the real one."""
    return [line | {"run_id": run_id} for line in lines]


def an_hour_later(name: str) -> str:
    """A name with a time in it, as that of an hour later: a run_id, a file's name."""

    def shift(found: re.Match[str]) -> str:
        when = datetime.strptime(found[1] + found[3], "%Y%m%d%H") + timedelta(hours=1)  # noqa: DTZ007 - a name has no zone
        return f"_{when:%Y%m%d}{found[2]}{when:%H}"

    return re.sub(r"_(\d{8})([T_])(\d\d)", shift, name, count=1)


def variant(line: Line) -> tuple[str, Line]:
    """An event's name and fields."""
    ((name, fields),) = line["event"].items()
    return name, fields


def snake(name: str) -> str:
    """`ChunkFailed` as `chunk_failed`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def recovered(journals: Journals) -> bytes:
    """Chunk 0 fails twice and completes at the third attempt, yet the run ends as failed."""
    lines = renamed(journals.flat("chunkfail_hook_ckpt_seq"), "orders_20261123T182404.812_21877")
    plan, chunks = lines[0], [fields for line in lines for fields in [variant(line)[1]] if "start_key" in fields]
    parts = ("63fdc425e24fc23e", "72577f315df79b36", "03885f2bb6f765e6", "94df5a60fc7ec0db")
    error = NOT_COMPLETED.format(count=1, errors=f"chunk 0: {TERMINATED}")
    failed = {"ChunkFailed": {"chunk_index": 0, "error": TERMINATED, "attempt": 1}}
    story: list[tuple[float, Line]] = [(0.0, plan["event"])]
    for at in (0.061, 3.118):
        story += [(at, {"ChunkStarted": chunks[0]}), (at + 1.047, failed)]
    begin = 5.174
    for chunk, part in zip(chunks, parts, strict=True):
        index = chunk["chunk_index"]
        name = f"orders_20261123_1824{int(begin) + 6:02}_chunk{index}_{part}.parquet"
        done = {"chunk_index": index, "rows": 500_000, "file_name": name}
        story += [(begin, {"ChunkStarted": chunk}), (begin + 2.409, {"ChunkCompleted": done})]
        begin += 2.413
    outcome = {"status": "failed", "error_message": error, "duration_ms": 14948}
    story.append((14.951, {"RunCompleted": outcome}))
    return told(plan, "2026-11-23T18:24:04.812406118Z", story)


def disk_full(journals: Journals) -> bytes:
    """A hundred chunks in a row, of which two find room."""
    plan = renamed(journals.flat("chunkfail_hook_ckpt_seq"), "orders_20261123T181243.808_18614")[0]
    parts = ("b5fbb24175dc5356", "161d8d5691f6952e")
    story: list[tuple[float, Line]] = [(0.0, plan["event"])]
    for index in range(100):
        at = 0.052 + 0.195 * index
        keys = {"start_key": str(index * 20_000 + 1), "end_key": str((index + 1) * 20_000)}
        story.append((at, {"ChunkStarted": {"chunk_index": index, **keys}}))
        if index < len(parts):
            name = f"orders_20261123_181244_chunk{index}_{parts[index]}.parquet"
            done = {"chunk_index": index, "rows": 20_000, "file_name": name}
            story.append((at + 0.187, {"ChunkCompleted": done}))
        else:
            story.append((at + 0.019, {"ChunkFailed": {"chunk_index": index, "error": DISK_FULL, "attempt": 1}}))
    errors = "\n".join(f"chunk {index}: {DISK_FULL}" for index in range(2, 100))
    message = NOT_COMPLETED.format(count=98, errors=errors)
    story.append((19.78, {"RunCompleted": {"status": "failed", "error_message": message, "duration_ms": 19780}}))
    return told(plan, "2026-11-23T18:12:43.808117395Z", story)


def killed(journals: Journals) -> bytes:
    """The real run up to the kill: the line that was being written is cut in its middle."""
    return log(journals.flat("ckpt_seq")[:11])[:-90]


def rows_differ(journals: Journals) -> bytes:
    """All checks say yes, but one chunk delivered fewer rows than the others add up to."""
    lines = journals.flat("ckpt_seq")
    began, _, process = an_hour_later(lines[0]["run_id"]).rpartition("_")
    for line in lines:
        line["run_id"] = f"{began}_{int(process) + 33}"
        line["recorded_at"] = stamp(3600, line["recorded_at"])
        name, fields = variant(line)
        if name == "ChunkCompleted":
            fields["file_name"] = an_hour_later(fields["file_name"])
            fields["rows"] -= 1_204 if fields["chunk_index"] == 5 else 0
    return log(lines)


def recorded(journals: Journals) -> bytes:
    """A parallel run as a recorder of rivet's state tables writes it: plan, starts and totals are known.

    Of the tables' times only the seconds in the file names are left; the rest is worked out from them.
    """
    lines = renamed(journals.flat("live_ckpt_par"), "orders_20261123T191243.631_18640")
    shifted = [line | {"recorded_at": line["recorded_at"].replace("T18:", "T19:")} for line in lines]
    plan, outcome = shifted[0], shifted[-1]

    def table(at: float, event: Line) -> Line:
        return plan | {"recorded_at": stamp(at, plan["recorded_at"])[:26] + "Z", "event": event, "origin": "tables"}

    seen = {"ProducerSeen": {"host": "exports-1", "pid": 18640, "until": None, "superseded_by": None}}
    lines = [table(0.01, {"RunStarted": {"destination": "local"}}), plan, table(0.05, seen)]
    keys = [{"chunk_index": n, "start_key": str(n * 100_000 + 1), "end_key": str((n + 1) * 100_000)}
            for n in range(20)]  # fmt: skip
    lines += [table(0.1, {"ChunkPlanned": key}) for key in keys]
    free = [0.2, 0.2]
    for done, line in enumerate(shifted[1:-1], 1):
        fields = variant(line)[1]
        clock = re.search(r"_(\d\d)(\d\d)(\d\d)_chunk", fields["file_name"])
        assert clock is not None
        minute, second = int(clock[2]), int(clock[3])
        end = (minute - 12) * 60 + second - 43.6 + 0.02 * fields["chunk_index"]
        start = min(free)
        free[free.index(start)] = end + 0.004
        name = fields["file_name"].replace("_18", "_19", 1)
        lines.append(table(start, {"ChunkStarted": keys[fields["chunk_index"]]}))
        lines.append(table(end, {"ChunkCompleted": fields | {"file_name": name}}) | {"origin": "journal"})
        size = {"file_name": name, "rows": fields["rows"], "bytes": 2_903_118 + 977 * done, "part_index": 0}
        lines.append(table(end + 0.002, {"FileWritten": size}))
        if done % 4 == 0:
            totals = {"chunks_total": 20, "chunks_done": done, "rows": done * 100_000, "files": done, "bytes": None}
            lines.append(table(end + 0.003, {"Progress": totals}))
    return log([*sorted(lines, key=lambda line: str(line["recorded_at"])[:26]), outcome])


def problem_lines(journals: Journals) -> bytes:
    """A real run among lines that cannot be read, and one event that this version does not know."""
    plan, warning, written, validated, outcome = journals.flat("incremental__03_small")
    two_keys = validated | {"event": {"ValidationResult": {"passed": True}, "Warning": {}}}
    wrong_type = written | {"event": {"FileWritten": variant(written)[1] | {"rows": "500"}}}
    no_message = warning | {"event": {"PlanWarning": {"rule": "incremental-reconcile-mismatch"}}}
    unknown = plan | {"recorded_at": validated["recorded_at"], "event": {"CursorSaved": {"column": "id", "at": "500"}}}
    return log([plan, no_message, warning, text(written)[:140], wrong_type, written, two_keys, unknown, validated,
                "rivet: warning: 1 export left", outcome])  # fmt: skip


def internally_tagged(journals: Journals) -> bytes:
    """Every other line has `type` inside `event`, the rest in its place."""
    lines = journals.flat("keyset_seq")
    for number, line in enumerate(lines):
        name, fields = variant(line)
        del line["event"]
        line.update({"event": {"type": name, **fields}} if number % 2 else {"type": name, **fields})
    return log(lines)


def snake_case(journals: Journals) -> bytes:
    """The variants' names in snake case."""
    lines = journals.flat("shape_drift_warning__02_shape")
    return log(line | {"event": {snake(name): fields}} for line in lines for name, fields in [variant(line)])


def documents(journals: Journals) -> bytes:
    """One whole journal a line."""
    months = ("01_orders__2024-01", "02_orders__2024-02")
    return log(journals.document(f"partition_by_month__{month}") for month in months)


def pretty(journals: Journals) -> bytes:
    """One journal, as `jq .` shows it."""
    return (json.dumps(journals.document("chunked_par"), indent=2, ensure_ascii=False) + "\n").encode()


def bare(journals: Journals) -> bytes:
    """Entries that do not say which run they are of; the file's name does, and it stays as it is."""
    document = journals.document("cdc__04_cdc_t")
    return log(text(entry).replace(document["run_id"], CDC) for entry in document["entries"])


def packed(sample: Callable[[Journals], bytes]) -> Callable[[Journals], bytes]:
    """The sample as gzip, without a time in its header."""
    return lambda journals: gzip.compress(sample(journals), 9, mtime=0)


def zstd(sample: Callable[[Journals], bytes]) -> Callable[[Journals], bytes]:
    """The sample as Zstandard."""
    return lambda journals: zstandard.ZstdCompressor(level=19).compress(sample(journals))


SAMPLES: dict[str, Callable[[Journals], bytes]] = {
    "orders-failed-chunk.jsonl": real("chunkfail_permanent_ckpt_seq__01_orders"),
    "live-contradicted.jsonl": real("reconcile_mismatch_full_insert"),
    "orders-failed-recovered.jsonl": played("chunkfail_recovered_ckpt_seq", recovered),
    "orders-disk-full.jsonl": played("chunkfail_disk_full_ckpt_seq", disk_full),
    "orders-killed.jsonl": killed,
    "orders-rows-differ.jsonl": rows_differ,
    "orders-failure-hidden.jsonl": real("chunkfail_permanent_ckpt_par"),
    "orders-retries.jsonl": real("retry_full_once", "retry_full_exhausted"),
    "drift-schema-changed.jsonl": real("drift_warn_chunked__02_drift"),
    "customers-quality.jsonl": real("quality_fail", "quality_warn"),
    "orders-governor.jsonl.zst": zstd(real("governor_keyset_par")),
    "orders-2500-chunks.jsonl.gz": packed(real("many_chunks_par")),
    "orders-parallel.json": pretty,
    "orders-parts.jsonl": real("chunked_rotated_parts"),
    "orders-resumed.jsonl": real("kill9_ckpt_seq"),
    "orders-recorded.jsonl": recorded,
    "empty_t-skipped.jsonl": real("empty_full_skip"),
    "nightly-four-exports.jsonl": real(*(f"multi_sequential__{name}" for name in
                                         ("01_users", "02_orders", "03_events", "04_broken"))),
    "gap-rotated-log.jsonl.1": lambda journals: log(journals.flat("chunked_gap_seq")[:23]),
    "gap-rotated-log.jsonl": lambda journals: log(journals.flat("chunked_gap_seq")[23:]),
    "orders-partitions-documents.jsonl": documents,
    "shape-snake-case.jsonl": snake_case,
    "events-internally-tagged.jsonl": internally_tagged,
    "users-csv-crlf.jsonl": lambda journals: log(journals.flat("full_csv_rowhash"), newline="\r\n"),
    f"{CDC}.jsonl": bare,
    "small-problem-lines.jsonl": problem_lines,
}  # fmt: skip


def make(journals: Path, into: Path) -> list[Path]:
    """Write every sample into `into`; returns their paths."""
    into.mkdir(parents=True, exist_ok=True)
    for name, sample in SAMPLES.items():
        (into / name).write_bytes(sample(Journals(journals)))
    return [into / name for name in SAMPLES]


def main() -> None:
    """Read the arguments, write the files."""
    parser = argparse.ArgumentParser(description="Make the logs of sample_runs/ from rivet's journals.")
    parser.add_argument("journals", nargs="?", type=Path, default=ROOT / "tests" / "data" / "journals")
    parser.add_argument("--into", type=Path, default=ROOT / "sample_runs")
    arguments = parser.parse_args()
    for path in make(arguments.journals, arguments.into):
        print(f"{path.stat().st_size:8d}  {path.name}")


if __name__ == "__main__":
    main()
