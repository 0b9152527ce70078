"""Files that hold one journal document."""

from __future__ import annotations

import json
import os
from pathlib import Path

import orjson
import pytest
from tests.sources.seen import Seen

from runwatch.core.places import Place
from runwatch.sources import documents, patience
from runwatch.sources.table import open_source, read_to_end

WARNINGS = [{"PlanWarning": {"rule": "r", "message": text}} for text in ("one", "two")]
ENTRIES = [{"recorded_at": "2026-11-23T18:14:51Z", "event": warning} for warning in WARNINGS]
JOURNAL = {"run_id": "orders_1", "export_name": "orders", "entries": ENTRIES}
PRETTY = json.dumps(JOURNAL, indent=2)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(patience, "APART", 0.0)
    os.mkdir("logs")


def write(name: str, text: str) -> None:
    Path("logs", name).write_text(text, encoding="utf-8")


def watch(path: str = "logs") -> Seen:
    return Seen(open_source([path]))


@pytest.mark.parametrize("text", [PRETTY, json.dumps(JOURNAL), "\ufeff" + PRETTY])
@pytest.mark.parametrize("path", ["logs", "logs/run.json", "logs/*.json"])
def test_a_journal_is_one_document(text: str, path: str) -> None:
    write("run.json", text)
    seen = watch(path)
    seen.poll()
    (document,) = seen.documents
    assert document.segment.document
    assert (document.segment.path, document.segment.identity) == ("logs/run.json", "run")
    assert orjson.loads(document.data) == JOURNAL
    assert not document.arrived
    assert str(Place(document.segment, 0, 2)) == "logs/run.json#2"
    assert seen.source.line_at(Place(document.segment, 0, 2)) == orjson.dumps(ENTRIES[1])
    assert seen.source.line_at(Place(document.segment, 0, 3)) is None
    assert seen.source.progress.behind == 0


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"run_id":"x","status":"success"}', '{"name":"package"', "no json", '{"entries":3}', "17"]
)
def test_any_other_json_in_a_directory_is_passed_over_in_silence(text: str) -> None:
    """rivet keeps summaries beside its journals, and a directory can hold anything."""
    write("other.json", text)
    seen = watch()
    seen.take(read_to_end(seen.source))
    assert (seen.lines, seen.documents, seen.faults) == ([], [], [])


def test_a_journal_that_does_not_parse_is_a_fault_once_it_rests() -> None:
    write("run.json", PRETTY[:-20])
    seen = watch()
    seen.poll()
    assert seen.faults == []
    seen.poll()
    assert [fault.line for fault in seen.faults] == [None]
    assert seen.faults[0].reason.startswith("not a whole JSON document (")
    seen.poll()
    assert len(seen.faults) == 1
    write("run.json", PRETTY)
    seen.poll()
    assert len(seen.documents) == 1


def test_a_journal_being_written_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two looks at one moment are no two looks."""
    monkeypatch.setattr(patience, "APART", 3600.0)
    write("run.json", PRETTY[:50])
    seen = watch()
    for _ in range(4):
        seen.poll()
    write("run.json", PRETTY)
    seen.poll()
    assert (len(seen.documents), seen.faults) == (1, [])
    assert seen.documents[0].arrived


def test_a_reader_who_reads_once_learns_that_it_is_broken() -> None:
    write("run.json", PRETTY[:-20])
    seen = watch()
    seen.take(read_to_end(seen.source))
    assert len(seen.faults) == 1


def test_a_later_document_replaces_the_earlier_one() -> None:
    """In place, or renamed over it; a file that was only touched is not given again."""
    write("run.json", PRETTY)
    seen = watch()
    seen.poll()
    os.utime("logs/run.json", (1, 1))
    seen.poll()
    assert len(seen.documents) == 1
    write("new", json.dumps(JOURNAL | {"entries": ENTRIES[:1]}))
    os.rename("logs/new", "logs/run.json")
    seen.poll()
    first, second = seen.documents
    assert first.segment is second.segment
    assert second.arrived
    assert seen.source.line_at(Place(second.segment, 0, 2)) is None


def test_a_document_read_once_counts_as_a_file() -> None:
    write("x.json", '{"run_id":"a","entries":[]}')
    seen = watch("logs/x.json")
    seen.poll()
    progress = seen.source.progress
    assert (progress.files, progress.bytes_read, progress.behind) == (1, 27, 0)


def test_a_document_that_goes_is_said() -> None:
    write("run.json", PRETTY)
    seen = watch()
    seen.poll()
    os.unlink("logs/run.json")
    seen.poll()
    assert seen.documents[0].segment.gone == "removed"
    assert seen.source.line_at(Place(seen.documents[0].segment, 0, 1)) is None
    assert seen.source.progress.notices == ("logs/run.json was removed; what was read stays",)


def test_a_document_reached_by_two_paths_is_read_once() -> None:
    write("run.json", PRETTY)
    os.link("logs/run.json", "logs/also.json")
    os.symlink("run.json", "logs/link.json")
    seen = Seen(open_source(["logs", "logs/run.json"]))
    seen.poll()
    assert len(seen.documents) == 1


@pytest.mark.parametrize("text", ['{"n":1}\n{"n":2}\n', '{"n":1}\n', f"{json.dumps(JOURNAL)}\n" * 2])
def test_a_json_file_given_by_name_that_is_no_document_is_read_as_lines(text: str) -> None:
    write("x.json", text)
    seen = watch("logs/x.json")
    assert seen.poll() == text.encode().splitlines()
    assert seen.open_again() == len(seen.lines)
    with open("logs/x.json", "a", encoding="utf-8") as log:
        log.write('{"n":3}\n')
    assert seen.poll() == [b'{"n":3}']
    assert seen.lines[0].segment.identity == "x"


def test_a_document_on_one_line_of_several_opens_by_its_entry() -> None:
    write("x.jsonl", '{"n":1}\n' + json.dumps(JOURNAL) + "\n")
    seen = watch()
    seen.poll()
    place = Place(seen.lines[1].segment, 2, 1, seen.lines[1].offset)
    assert str(place) == "logs/x.jsonl:2#1"
    assert seen.source.line_at(place) == orjson.dumps(ENTRIES[0])


def test_a_document_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", 100)
    write("run.json", PRETTY)
    seen = watch()
    seen.poll()
    seen.poll()
    assert seen.reasons == [f"logs/run.json:None: document larger than 256 MiB ({len(PRETTY)} bytes)"]


def test_a_document_that_cannot_be_read_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    write("run.json", PRETTY)
    def refuse(path: str) -> int:
        raise PermissionError(13, "Permission denied", path)

    seen = watch()
    with monkeypatch.context() as patched:
        patched.setattr(documents, "open_file", refuse)
        seen.poll()
        seen.poll()
    assert seen.reasons == ["logs/run.json:None: cannot read: permission denied"]
    seen.poll()
    assert len(seen.documents) == 1
