"""One run's log as it grows, and when it is whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runwatch.sources.state.rows import Journal, Metrics, Status
from runwatch.sources.state.story import LOOKS_FOR_END, Story, Told
from runwatch.sources.state.telling import Rows, Window

AT = "2026-11-24T06:00:00.5+00:00"
LATER = "2026-11-24T06:00:09.5Z"
COMPLETED = {"recorded_at": LATER, "event": {"RunCompleted": {"status": "success"}}}
JOURNAL = Journal("a", "orders", AT, json.dumps({"entries": [COMPLETED]}))


def rows(status: str = "running") -> Rows:
    return Rows(Status("a", "orders", None, status, AT, None), Window("a"))


def end(status: str = "success", **values: Any) -> Metrics:
    given: dict[str, Any] = dict.fromkeys(Metrics.__struct_fields__) | {"run_id": "a", "id": 1, "run_at": AT} | values
    return Metrics(**given | {"status": status})


def tell(story: Story, status: str, journal: Journal | None = None, last: Metrics | None = None) -> Told | None:
    return story.tell(rows(status), journal, last, arrived=True)


def kinds(told: Told | None) -> list[str]:
    return [] if told is None else [next(iter(json.loads(line)["event"])) for line in told.lines]


def test_lines_are_added_until_the_journal_comes_and_replaces_them() -> None:
    story = Story()
    first = tell(story, "running")
    assert (kinds(first), first and first.is_anew) == (["RunStarted"], False)
    assert tell(story, "running") is None
    whole = tell(story, "running", JOURNAL)
    assert (kinds(whole), whole and whole.is_anew) == (["RunStarted", "RunCompleted"], True)
    assert tell(story, "running", JOURNAL) is None
    assert not story.is_done


def test_a_run_that_is_whole_at_the_first_look_replaces_nothing() -> None:
    story = Story()
    told = tell(story, "success", JOURNAL, end())
    assert told
    assert not told.is_anew
    assert story.is_done


def test_the_last_row_is_waited_for_a_while() -> None:
    story = Story()
    for _ in range(LOOKS_FOR_END - 1):
        tell(story, "success", JOURNAL)
        assert (story.is_done, story.is_ending) == (False, True)
    tell(story, "success", JOURNAL)
    assert story.is_done


def test_a_last_row_that_adds_nothing_tells_nothing() -> None:
    story = Story()
    tell(story, "success", JOURNAL)
    assert tell(story, "success", JOURNAL, end()) is None
    assert story.is_done


def test_without_a_journal_the_last_row_is_the_end_once() -> None:
    story = Story()
    told = tell(story, "failed", None, end("failed", error_message="no", duration_ms=7))
    assert kinds(told) == ["RunStarted", "RunCompleted"]
    assert not story.is_done
    assert tell(story, "failed", None, end("failed", error_message="no", duration_ms=7)) is None
    assert story.is_done


def test_a_journal_that_comes_behind_the_last_row_replaces_that_end() -> None:
    story = Story()
    tell(story, "success", None, end(validated=True))
    told = tell(story, "success", JOURNAL, end(validated=True))
    assert kinds(told) == ["RunStarted", "RunCompleted", "ValidationResult"]


def test_an_end_that_the_journal_lacks_stays_the_tables() -> None:
    story = Story()
    empty = Journal("a", "orders", AT, '{"entries": []}')
    tell(story, "success", None, end())
    told = tell(story, "success", empty, end(validated=True))
    assert kinds(told) == ["RunStarted", "RunCompleted", "ValidationResult"]


@pytest.mark.parametrize("status", ["interrupted", "success", "running"])
def test_a_last_row_of_another_status_is_no_end(status: str) -> None:
    assert kinds(tell(Story(), status, None, end("failed"))) == ["RunStarted"]


def test_an_unreadable_journal_is_a_fault_once_and_no_more_when_it_is_mended() -> None:
    story = Story()
    told = tell(story, "success", Journal("a", "orders", AT, "{"))
    assert told
    assert told.fault
    assert tell(story, "success", Journal("a", "orders", AT, "{")) is None
    mended = tell(story, "success", JOURNAL)
    assert mended
    assert (mended.is_anew, mended.fault) == (True, "")
