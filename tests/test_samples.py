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

from runwatch.core.events import SOURCE_VARIANTS, VARIANTS

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_runs"
JOURNALS = ROOT / "tests" / "data" / "journals"
NAMES = {variant.__name__ for variant in (*VARIANTS, *SOURCE_VARIANTS)}
LATER = "2026-11-24T00:00:00Z"
"""Long after the last line of all: a log without an end is lost by then."""

# What each log's runs come to, worked out by hand from PRODUCT.md, "The model".
VERDICTS: dict[str, dict[str, str]] = {
    "orders-failed-chunk.jsonl": {"orders_20261123T181322.033_19183": "failed"},
    "live-contradicted.jsonl": {"live_20261123T180915.742_12060": "contradicted"},
    "orders-failed-recovered.jsonl": {"orders_20261123T182404.812_21877": "failed"},
    "orders-disk-full.jsonl": {"orders_20261123T181243.808_18614": "failed"},
    "orders-killed.jsonl": {"orders_20261123T180258.515_9378": "lost"},
    "orders-rows-differ.jsonl": {"orders_20261123T190258.515_9411": "contradicted"},
    "orders-failure-hidden.jsonl": {"orders_20261123T181330.250_19253": "failed"},
    "orders-retries.jsonl": {
        "orders_20261123T180912.601_12000": "succeeded",
        "orders_20261123T181033.743_13448": "failed",
    },
    "drift-schema-changed.jsonl": {"drift_20261123T180601.462_10673": "degraded"},
    "customers-quality.jsonl": {
        "customers_20261123T180536.398_10545": "failed",
        "customers_20261123T180536.922_10552": "degraded",
    },
    "orders-governor.jsonl.zst": {"orders_20261123T180959.583_13194": "succeeded"},
    "orders-2500-chunks.jsonl.gz": {"orders_20261123T181209.039_15750": "succeeded"},
    "orders-parallel.json": {"orders_20261123T180252.770_9359": "succeeded"},
    "orders-parts.jsonl": {"orders_20261123T182019.071_21308": "succeeded"},
    "orders-resumed.jsonl": {"orders_20261123T181451.055_19860": "succeeded"},
    "orders-recorded.jsonl": {"orders_20261123T191243.631_18640": "succeeded"},
    "empty_t-skipped.jsonl": {"empty_t_20261123T180452.958_10371": "skipped"},
    "nightly-four-exports.jsonl": {
        "users_20261123T180454.557_10425": "succeeded",
        "orders_20261123T180455.985_10425": "succeeded",
        "events_20261123T180506.395_10425": "succeeded",
        "broken_20261123T180509.242_10425": "failed",
    },
    "gap-rotated-log.jsonl": {"gap_20261123T182025.837_21317": "succeeded"},
    "orders-partitions-documents.jsonl": {
        "orders__2024-01_20261123T181548.861_20046": "degraded",
        "orders__2024-02_20261123T181551.939_20046": "degraded",
    },
    "shape-snake-case.jsonl": {"shape_20261123T181451.115_19864": "degraded"},
    "events-internally-tagged.jsonl": {"events_20261123T180438.599_10308": "succeeded"},
    "users-csv-crlf.jsonl": {"users_20261123T181545.204_20031": "succeeded"},
    "cdc_t_20261123T181838.096_20812.jsonl": {"cdc_t_20261123T181838.096_20812": "succeeded"},
    "small-problem-lines.jsonl": {"small_20261123T180454.058_10407": "succeeded"},
}


def logs() -> list[Path]:
    return sorted(path for path in SAMPLES.iterdir() if path.name != "README.md")


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


def summary(*arguments: str) -> dict[str, Any]:
    from runwatch.cli import main

    outcome = CliRunner().invoke(main, ["summary", *arguments, "--at", LATER, "--no-cache", "--format", "json"])
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
    verdicts = {verdict for runs in VERDICTS.values() for verdict in runs.values()}
    assert verdicts == {"failed", "contradicted", "lost", "degraded", "succeeded", "skipped"}


def test_no_two_logs_share_a_run() -> None:
    """Else the whole folder, read at once, would show them as one."""
    runs = [run for each in VERDICTS.values() for run in each]
    assert len(runs) == len(set(runs))


def test_no_log_holds_a_path_of_the_machine_it_was_made_on() -> None:
    local = re.compile(rb"""(?:^|["'\s=(:])(?:file:/)?(?:~?/[\w.]|[A-Za-z]:\\)""", re.MULTILINE)
    assert [path.name for path in logs() if local.search(content(path))] == []


def test_the_script_makes_the_same_files(tmp_path: Path) -> None:
    """Compressed ones are compared by what they hold: two versions of zlib may pack it differently."""
    made = runpy.run_path(str(ROOT / "tools" / "make_samples.py"))["make"](JOURNALS, tmp_path)
    assert sorted(path.name for path in made) == [path.name for path in logs()]
    for path in made:
        assert content(path) == content(SAMPLES / path.name), path.name


def test_the_readme_lists_every_log_with_its_verdict_and_no_other() -> None:
    text = (SAMPLES / "README.md").read_text()
    table = text.split("## All of them")[1].split("## What is derived")[0]
    rows = [row.split("|") for row in table.splitlines() if row.startswith("| `")]
    listed = {name: set(re.findall(r"[a-z]+", row[2])) for row in rows for name in re.findall(r"`([^`]+)`", row[1])}
    assert sorted(listed) == [path.name for path in logs()]
    for name, runs in VERDICTS.items():
        assert listed[name] == set(runs.values()), name


def test_the_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 400_000


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_the_verdict_is_what_the_contract_says(name: str) -> None:
    paths = [str(path) for path in (SAMPLES / f"{name}.1", SAMPLES / name) if path.exists()]
    assert {run["run_id"]: run["verdict"] for run in summary(*paths)["runs"]} == VERDICTS[name]


def test_all_logs_together_say_the_same_as_each_alone() -> None:
    reply = summary(str(SAMPLES))
    expected = {run: verdict for runs in VERDICTS.values() for run, verdict in runs.items()}
    assert {run["run_id"]: run["verdict"] for run in reply["runs"]} == expected
    assert (reply["totals"]["problems"], reply["totals"]["unknown_events"]) == (5, 1)


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
