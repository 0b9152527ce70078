"""`sample_runs/` shows every event, every form and every verdict, and is what its script makes."""

from __future__ import annotations

import gzip
import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner
from tests.real.kept import texts_of

from runwatch.core.events import SOURCE_VARIANTS, VARIANTS

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_runs"
JOURNALS = ROOT / "tests" / "data" / "journals"
NAMES = {variant.__name__ for variant in (*VARIANTS, *SOURCE_VARIANTS)}
LATER = "2026-11-24T00:00:00Z"
"""Long after the last line of all: a log without an end is lost by then."""

LOCAL = re.compile(rb"""(?:^|["'\s=(:])(?:file:/)?(?:~?/[\w.]|[A-Za-z]:\\)""", re.MULTILINE)
"""A path of the machine that a log was made on."""

# What each log's runs come to, oldest first, worked out by hand from PRODUCT.md, "The model".
VERDICTS: dict[str, list[str]] = {
    "orders-failed-chunk.jsonl": ["failed"],
    "live-contradicted.jsonl": ["contradicted"],
    "orders-failed-recovered.jsonl": ["failed"],
    "orders-disk-full.jsonl": ["failed"],
    "orders-killed.jsonl": ["lost"],
    "orders-rows-differ.jsonl": ["contradicted"],
    "orders-failure-hidden.jsonl": ["failed"],
    "orders-retries.jsonl": ["succeeded", "failed"],
    "drift-schema-changed.jsonl": ["degraded"],
    "customers-quality.jsonl": ["failed", "degraded"],
    "orders-governor.jsonl.zst": ["succeeded"],
    "orders-2500-chunks.jsonl.gz": ["succeeded"],
    "orders-parallel.json": ["succeeded"],
    "orders-parts.jsonl": ["succeeded"],
    "orders-resumed.jsonl": ["succeeded"],
    "orders-recorded.jsonl": ["succeeded"],
    "empty_t-skipped.jsonl": ["skipped"],
    "nightly-four-exports.jsonl": ["succeeded", "succeeded", "succeeded", "failed"],
    "gap-rotated-log.jsonl": ["succeeded"],
    "orders-partitions-documents.jsonl": ["degraded", "degraded"],
    "shape-snake-case.jsonl": ["degraded"],
    "events-internally-tagged.jsonl": ["succeeded"],
    "users-csv-crlf.jsonl": ["succeeded"],
    "cdc_t_20261123T181838.096_20812.jsonl": ["succeeded"],
    "small-problem-lines.jsonl": ["succeeded"],
}


def logs() -> list[Path]:
    return sorted(path for path in SAMPLES.iterdir() if path.name != "README.md" and path.is_file())


def content(path: Path) -> bytes:
    """What the log says, after decompression."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(data).read()
    return data


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Every JSON object of a log, a line or a whole file each; what is none is left out."""
    data = content(path)
    for piece in [data] if path.suffix == ".json" else data.splitlines():
        try:
            yield json.loads(piece)
        except ValueError:
            continue


def variant(entry: dict[str, Any]) -> tuple[str, str]:
    """(form, name) of an entry."""
    event = entry.get("event")
    if event is None:
        return "internally tagged", str(entry["type"])
    if "type" in event:
        return "internally tagged inside event", str(event["type"])
    name = next(iter(event))
    return "snake case" if name.islower() else "externally tagged", name


def entries(path: Path) -> Iterator[dict[str, Any]]:
    for found in read(path):
        yield from found.get("entries", [found])


def runs_of(path: Path) -> set[str]:
    """The runs that a log names."""
    return {str(found["run_id"]) for found in read(path) if "run_id" in found}


def begin(path: Path) -> str:
    """When its first entry was written."""
    return str(next(entries(path))["recorded_at"])


def verdicts_of(reply: dict[str, Any]) -> list[str]:
    """Oldest first."""
    return [run["verdict"] for run in sorted(reply["runs"], key=lambda run: str(run["started_at"]))]


def forms(path: Path) -> set[str]:
    """The accepted forms of EVENTS.md that a log is an example of."""
    data, objects = content(path), list(read(path))
    found = {path.suffix} | {variant(entry)[0] for entry in entries(path)}
    found |= {"CRLF"} if b"\r\n" in data else set()
    found |= {"run_id"} if any("run_id" in each and "entries" not in each for each in objects) else set()
    found |= {"bare entries"} if all("run_id" not in each for each in objects) else set()
    if "entries" in objects[0]:
        found |= {"document on a line" if data.startswith(b'{"') else "pretty document"}
    found |= {"several runs"} if len({each.get("run_id") for each in objects}) > 1 else set()
    found |= {"torn end"} if not data.endswith(b"\n") else set()
    return found


def summary(*arguments: str, at: str = LATER) -> dict[str, Any]:
    from runwatch.cli import main

    outcome = CliRunner().invoke(main, ["summary", *arguments, "--at", at, "--no-cache", "--format", "json"])
    reply: dict[str, Any] = json.loads(outcome.stdout)
    return reply


def test_every_variant_of_the_vocabulary_occurs() -> None:
    names = {variant(entry)[1] for path in logs() for entry in entries(path)}
    spelled = {"".join(word.capitalize() for word in name.split("_")) if name.islower() else name for name in names}
    assert spelled - {"CursorSaved"} == NAMES


def test_every_accepted_form_occurs() -> None:
    assert set().union(*map(forms, logs())) == {
        ".jsonl", ".json", ".gz", ".zst", ".1", "CRLF", "run_id", "bare entries", "document on a line",
        "pretty document", "several runs", "torn end", "externally tagged", "snake case", "internally tagged",
        "internally tagged inside event",
    }  # fmt: skip


def test_every_verdict_that_a_log_without_a_live_source_can_come_to_occurs() -> None:
    """A finished log is never running or stalled."""
    verdicts = {verdict for runs in VERDICTS.values() for verdict in runs}
    assert verdicts == {"failed", "contradicted", "lost", "degraded", "succeeded", "skipped"}


def test_no_two_logs_share_a_run() -> None:
    """Else the whole folder, read at once, would show them as one. The two parts of one log do, as they should."""
    runs = [run for path in logs() if path.suffix != ".1" for run in runs_of(path)]
    assert len(runs) == len(set(runs))


def test_no_log_holds_a_path_of_the_machine_it_was_made_on() -> None:
    assert [path.name for path in logs() if LOCAL.search(content(path))] == []


def test_the_script_makes_the_same_files(tmp_path: Path) -> None:
    """Compressed ones are compared by what they hold: two versions of zlib may pack it differently.

    A log that `make samples` has made anew since is of another time, and tests/real/test_samples_anew.py's business.
    """
    made = runpy.run_path(str(ROOT / "tools" / "make_samples.py"))["make"](JOURNALS, tmp_path)
    assert sorted(path.name for path in made) == [path.name for path in logs()]
    same = [path for path in made if begin(path) == begin(SAMPLES / path.name)]
    assert [path.name for path in made if begin(path) > begin(SAMPLES / path.name)] == []
    for path in same:
        assert content(path) == content(SAMPLES / path.name), path.name


def test_the_readme_lists_every_log_with_its_verdict_and_no_other() -> None:
    text = (SAMPLES / "README.md").read_text()
    table = text.split("## All of them")[1].split("## What is derived")[0]
    rows = [row.split("|") for row in table.splitlines() if row.startswith("| `")]
    listed = {name: set(re.findall(r"[a-z]+", row[2])) for row in rows for name in re.findall(r"`([^`]+)`", row[1])}
    assert sorted(listed) == [path.name for path in logs()]
    for name, verdicts in VERDICTS.items():
        assert listed[name] == set(verdicts), name


def test_the_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in logs()) < 400_000


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_the_verdict_is_what_the_contract_says(name: str) -> None:
    paths = [str(path) for path in (SAMPLES / f"{name}.1", SAMPLES / name) if path.exists()]
    assert verdicts_of(summary(*paths)) == VERDICTS[name]


def test_all_logs_together_say_the_same_as_each_alone() -> None:
    reply = summary(str(SAMPLES))
    assert sorted(verdicts_of(reply)) == sorted(verdict for verdicts in VERDICTS.values() for verdict in verdicts)
    assert (reply["totals"]["problems"], reply["totals"]["unknown_events"]) == (5, 1)


STATE = {
    "events": ["succeeded"],
    "customers": ["contradicted"],
    "orders": ["failed"],
    "invoices": ["lost", "succeeded"],
    "payments": ["lost"],
}
"""What the state database's runs come to, by export, oldest first."""


def verdicts_of_state(path: Path, at: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    runs = summary(str(path), at=at)["runs"]
    for run in sorted(runs, key=lambda run: str(run["started_at"])):
        found.setdefault(run["export_name"], []).append(run["verdict"])
    return found


@pytest.mark.parametrize("path", [SAMPLES / "state", SAMPLES / "state" / ".rivet_state.db"])
def test_the_state_database_comes_to_what_the_readme_says(path: Path) -> None:
    """And reading it leaves nothing behind, though it is one that a writer keeps a log beside."""
    assert verdicts_of_state(path, at="2027-01-01T00:00:00Z") == STATE
    assert [path.name for path in (SAMPLES / "state").iterdir()] == [".rivet_state.db"]


def test_the_state_database_is_small_and_tells_nothing_of_the_machine_it_was_made_on() -> None:
    file = SAMPLES / "state" / ".rivet_state.db"
    assert file.stat().st_size < 300_000
    texts = texts_of(file)
    assert [text for text in texts if re.search(r"/tmp|/home|/root|/work|%2f|localhost|gcc", text, re.IGNORECASE)] == []
    assert any("/srv/exports" in text for text in texts)


def test_problems_are_named_by_file_and_line() -> None:
    found = summary(str(SAMPLES / "small-problem-lines.jsonl"))["problems"]
    assert [problem["line"] for problem in found] == [2, 4, 5, 7, 10]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("live-contradicted.jsonl", "reconcile_mismatch"),
        ("orders-rows-differ.jsonl", "reconcile_rows"),
        ("events-internally-tagged.jsonl", "validation_partial"),
        ("small-problem-lines.jsonl", "check_not_reported"),
        ("cdc_t_20261123T181838.096_20812.jsonl", "no_plan"),
    ],
)
def test_the_finding_is_the_one_that_the_readme_tells_of(name: str, code: str) -> None:
    (run,) = summary(str(SAMPLES / name))["runs"]
    assert code in {finding["code"] for finding in run["findings"]}
