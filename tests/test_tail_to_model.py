"""From files that grow, turn and vanish to the model: whenever one looks, the runs are those of the log."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace
from tests.fakes import JOURNALS
from tests.sources.rotating import Rotator, Writer
from tests.sources.seen import files_of

from runwatch.core.again import GONE
from runwatch.core.events import ChunkCompleted, ChunkStarted, Event, FileWritten
from runwatch.report.json import document
from runwatch.report.summary import summary_of
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source

JSON = dict[str, Any]
NOON = 1_795_500_000 * 10**9
"""Hours behind the last journal: every silence is over."""
SEED = os.environ.get("SEED", "")  # to try other moments
KINDS = {
    "renamed": ["create"],
    "dated": ["dated"],
    "copied": ["copytruncate"],
    "copied and dated": ["copytruncate_dated"],
    "renamed or copied": ["create", "copytruncate"],
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# ------------------------------------------------------------------------------------------------------- real lines


def lines_of(journal: str, at_most: int = 600) -> list[bytes]:
    """A journal of the real producer, one entry a line."""
    stored = json.loads((JOURNALS / f"{journal}.json").read_text(encoding="utf-8"))
    named = {"run_id": stored["run_id"], "export_name": stored["export_name"]}
    return [json.dumps(named | entry).encode() for entry in stored["entries"][:at_most]]


def interleaved(rng: random.Random) -> Iterator[bytes]:
    """All journals, four at a time in one log; each run's lines in their order."""
    waiting = [lines_of(path.stem) for path in sorted(JOURNALS.glob("*.json"))]
    rng.shuffle(waiting)
    while waiting:
        run = rng.choice(waiting[:4])
        yield run.pop(0)
        if not run:
            waiting.remove(run)


class RunWriter(Writer):
    """Writes real lines in halves."""

    def __init__(self, path: str, rng: random.Random) -> None:
        super().__init__(path, rng)
        self._lines = interleaved(rng)

    def write(self) -> None:
        """The rest of a line, whole lines, the first half of one; now and then more than a print's length."""
        for line in islice(self._lines, self._rng.choice([0, 1, 2, 3, 9, 25])):
            self._put(self._half)
            cut = self._rng.randrange(len(line) + 1) if self._rng.random() < 0.5 else len(line) + 1
            self._put((line + b"\n")[:cut])
            self._half = (line + b"\n")[cut:]
            self.written.append(line)


# ------------------------------------------------------------------------------------------------ what a reader knows


def session_on(*paths: str, poll: bool = False) -> Session:
    """All that arrives has arrived long ago, so that silence goes by the log's own times."""
    return Session(open_source(paths, poll=poll), ManualClock(0))


def read(session: Session, *, at_most: int | None = None) -> int:
    """One poll, or only the first items of it; how many there were. A whole one is a whole first look."""
    count = 0
    for item in islice(session.source.poll(), at_most):
        session.take(item)
        count += 1
    session.is_whole = session.is_whole or at_most is None
    return count


def saw_it_all(lines: list[bytes], path: str = "whole/x.jsonl") -> Session:
    """A reader of the same lines in one file that never turned."""
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_bytes(b"".join(line + b"\n" for line in lines))
    session = session_on(path)
    session.read(session.source.poll())
    return session


def told(session: Session) -> JSON:
    """The summary, with each place turned into the line that stands there; gone ones into their reason."""
    texts: dict[str, str] = {}
    for run in session.runs.all():
        for position in range(len(run.log.order)):
            place = run.log.place(position)
            line = session.source.line_at(place)
            if not place.segment.gone:
                assert line is not None, place
                texts[str(place)] = line.decode()
    return cast("JSON", with_lines(document(summary_of(session)), texts))


def with_lines(value: Any, texts: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: [texts[place] for place in inner] if key == "evidence" else with_lines(inner, texts)
            for key, inner in value.items()
        }
    return [with_lines(inner, texts) for inner in value] if isinstance(value, list) else value


def without_texts(value: Any) -> Any:
    """Without evidence, and without what only the line of a ChunkStarted has."""
    if isinstance(value, dict):
        return {
            key: without_texts(inner)
            for key, inner in value.items()
            if key not in {"evidence", "start_key", "end_key"}
        }
    return [without_texts(inner) for inner in value] if isinstance(value, list) else value


def events_of(session: Session, *, is_all_there: bool = True) -> dict[str, list[Any]]:
    """Each run's events in the order they are folded in. What counts of one stays true when its line is gone."""
    return {
        run.run_id: [as_left(run.log.event(n), is_all_there) for n in range(len(run.log.order))]
        for run in session.runs.all()
    }


def as_left(event: Event, is_all_there: bool) -> Event:
    """A frequent event without the texts that only its line has."""
    texts = {"start_key", "end_key", "file_name"} & set(event.__struct_fields__)
    if is_all_there or not isinstance(event, ChunkStarted | ChunkCompleted | FileWritten):
        return event
    part = {"part_index": 0} if isinstance(event, FileWritten) else {}
    left: Event = replace(event, **part, **{name: GONE for name in texts if getattr(event, name) is not None})
    return left


def assert_same_story(session: Session, lines: list[bytes], *, is_all_there: bool = True) -> None:
    """The model is that of a reader who saw the whole log in one file, and nothing was delivered twice."""
    whole = saw_it_all(lines)
    for each in (session, whole):
        cast("ManualClock", each.clock).advance(NOON)
    assert session.events_read == len(lines)
    assert events_of(session, is_all_there=is_all_there) == events_of(whole, is_all_there=is_all_there)
    assert session.runs.problems == []
    assert sum(run.log.repeats for run in session.runs.all()) == 0
    if is_all_there:
        assert told(session) == told(whole)
    else:
        assert without_texts(document(summary_of(session))) == without_texts(document(summary_of(whole)))
    whole.source.close()


# --------------------------------------------------------------------------------------------------------- rotation


def looking(session: Session, rng: random.Random, often: float, *, hinted: bool) -> Callable[[], None]:
    """Someone who looks now and then; by hints that came for some of the names, and left half way."""
    names: set[str] = set()

    def look() -> None:
        if rng.random() >= often:
            return
        source = files_of(session.source)
        if hinted:
            names.update(os.listdir("logs"))
            source._looks.hints.extend(os.path.abspath(f"logs/{name}") for name in names if rng.random() < 0.7)
            source._woken = True
        read(session, at_most=rng.choice([None, 0, 1, 2]))

    return look


@pytest.mark.parametrize("path", ["logs", "logs/x.jsonl", "logs/*.jsonl"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("often", "hinted"), [pytest.param(0.15, False, marks=pytest.mark.slow), (0.7, True)])
def test_twenty_rotations_leave_the_model_as_if_there_had_been_none(
    path: str, kind: str, often: float, hinted: bool
) -> None:
    """Torn halves, polls at any moment, some abandoned, now and then a rotated file is compressed."""
    rng = random.Random(f"{path}{kind}{often}{SEED}")
    os.mkdir("logs")
    writer = RunWriter("logs/x.jsonl", rng)
    while len(writer.written) < 5:
        writer.write()
    session = session_on(path)
    read(session)
    look = looking(session, rng, often, hinted=hinted)
    rotator = Rotator(writer, look)
    for _ in range(20):
        for _ in range(rng.randrange(5)):
            writer.write()
            look()
        getattr(rotator, rng.choice(KINDS[kind]))()
        look()
        if rng.random() < 0.5:
            rotator.compress()
            look()
    writer.close()
    read(session)
    session.source.rescan()
    assert read(session) == 0
    assert len(os.listdir("logs")) > 20 / 2
    assert_same_story(session, writer.written)
    session.source.close()


@pytest.mark.parametrize("path", ["logs", "logs/x.jsonl"])
@pytest.mark.parametrize("seed", range(3))
def test_a_truncation_behind_rotations_takes_nothing_from_the_model(path: str, seed: int) -> None:
    """What was read stays, though its bytes are gone; what comes then stands behind it."""
    rng = random.Random(f"{path}{seed}{SEED}")
    os.mkdir("logs")
    writer = RunWriter("logs/x.jsonl", rng)
    while len(writer.written) < 20:
        writer.write()
    session = session_on(path)
    read(session)
    look = looking(session, rng, 0.5, hinted=False)
    rotator = Rotator(writer, look)
    for turn in range(12):
        for _ in range(rng.randrange(5)):
            writer.write()
            look()
        if turn % 4 == 3:
            writer.finish()
            session.source.rescan()
            read(session)
            os.truncate("logs/x.jsonl", 0)
            look()
        else:
            getattr(rotator, rng.choice(["create", "copytruncate"]))()
    writer.close()
    read(session)
    assert_same_story(session, writer.written, is_all_there=False)
    session.source.close()


def test_a_poll_left_after_each_item_loses_nothing() -> None:
    """The next poll goes on where the last one was left, even if a file turned in between."""
    os.mkdir("logs")
    lines = lines_of("many_chunks_par", 2502)
    parts = [lines[at : at + 400] for at in range(0, len(lines), 400)]
    session = session_on("logs")
    for number, part in enumerate(parts):
        Path("logs/x.jsonl").write_bytes(b"".join(line + b"\n" for line in part))
        read(session, at_most=1)
        if number < len(parts) - 1:
            os.rename("logs/x.jsonl", f"logs/x.jsonl-{20261101 + number}")
    while read(session, at_most=1):
        pass
    assert_same_story(session, lines)
    session.source.close()


# ----------------------------------------------------------------------------------------------- runs and their files


def write(path: str, lines: list[bytes], *, end: bytes = b"\n") -> None:
    with open(path, "ab") as log:
        log.write(b"\n".join(lines) + end)


def test_a_run_spread_over_rotated_files_is_one_run_read_in_order() -> None:
    os.mkdir("logs")
    lines = lines_of("chunked_gap_seq")
    for name, part in zip(["x.jsonl.10", "x.jsonl.9", "x.jsonl.1", "x.jsonl"], _cut(lines, 4), strict=True):
        write(f"logs/{name}", part)
    session = session_on("logs")
    session.read(session.source.poll())
    (moment,) = session.moments()
    assert [session.source.line_at(moment.log.place(n)) for n in range(len(lines))] == lines
    assert str(moment.log.place(0)) == "logs/x.jsonl.10:1"
    assert_same_story(session, lines)


def test_several_runs_in_one_file_are_told_apart() -> None:
    os.mkdir("logs")
    journals = ["ckpt_seq", "live_ckpt_par", "quality_fail", "chunked_gap_seq"]
    lines = [line for four in zip(*(lines_of(name)[:6] for name in journals), strict=True) for line in four]
    write("logs/x.jsonl", lines)
    session = session_on("logs/x.jsonl")
    session.read(session.source.poll())
    assert sorted(len(events) for events in events_of(session).values()) == [6, 6, 6, 6]
    for index, journal in enumerate(journals):
        alone = saw_it_all(lines_of(journal)[:6], f"whole/{journal}.jsonl")
        (run,) = alone.runs.all()
        assert events_of(session)[run.run_id] == events_of(alone)[run.run_id]
        assert str(session.runs.by_id[run.run_id].log.place(1)) == f"logs/x.jsonl:{index + 5}"


def test_one_run_in_two_logs_is_merged_by_its_times() -> None:
    """Whichever of them is read first."""
    os.mkdir("logs")
    lines = lines_of("chunked_gap_seq")
    write("logs/a.jsonl", lines[0::2])
    session = session_on("logs")
    read(session)
    write("logs/b.jsonl", lines[1::2])
    read(session)
    assert_same_story(session, lines)


# ------------------------------------------------------------------------------------------- there, not there, again


def test_a_directory_that_does_not_exist_yet_is_waited_for() -> None:
    session = session_on("later/logs")
    assert read(session) == 0
    assert list(session.source.progress.waiting) == ["later/logs"]
    os.makedirs("later/logs/deep")
    assert read(session) == 0
    assert list(session.source.progress.waiting) == []
    lines = lines_of("ckpt_seq")
    write("later/logs/deep/x.jsonl", lines[:3])
    read(session)
    write("later/logs/deep/x.jsonl", lines[3:])
    read(session)
    assert_same_story(session, lines)
    session.source.close()


@pytest.mark.parametrize("path", ["logs", "logs/x.jsonl"])
def test_a_log_removed_and_written_again_goes_on_as_one(path: str) -> None:
    """What was read of the removed one stays in the model; its lines are gone, and say so."""
    os.mkdir("logs")
    lines = lines_of("ckpt_seq")
    write("logs/x.jsonl", lines[:8])
    session = session_on(path)
    read(session)
    os.unlink("logs/x.jsonl")
    read(session)
    (moment,) = session.moments()
    assert moment.state.events == 8
    assert session.source.line_at(moment.log.place(0)) is None
    assert moment.log.place(0).segment.gone == "removed"
    write("logs/x.jsonl", lines[8:])
    read(session)
    assert_same_story(session, lines, is_all_there=False)
    session.source.close()


def test_a_directory_removed_and_made_again_is_followed() -> None:
    os.mkdir("logs")
    lines = lines_of("ckpt_seq")
    write("logs/x.jsonl", lines[:8])
    session = session_on("logs")
    read(session)
    shutil.rmtree("logs")
    read(session)
    assert list(session.source.progress.waiting) == ["logs"]
    os.mkdir("logs")
    write("logs/x.jsonl", lines[8:])
    read(session)
    assert_same_story(session, lines, is_all_there=False)
    session.source.close()


def test_a_log_written_anew_with_the_same_lines_says_them_again_and_counts_once() -> None:
    """Delivered again is not happened again."""
    os.mkdir("logs")
    lines = lines_of("ckpt_seq")
    write("logs/x.jsonl", lines)
    session = session_on("logs")
    read(session)
    os.unlink("logs/x.jsonl")
    read(session)
    write("logs/x.jsonl", lines)
    read(session)
    (moment,) = session.moments()
    assert moment.state.events == len(lines)
    assert moment.log.repeats in {0, len(lines)}
    session.source.close()


def test_a_last_line_without_its_newline_is_read_once_it_is_whole() -> None:
    """A half waits and is no problem; its newline, coming later, brings nothing more."""
    os.mkdir("logs")
    lines = lines_of("ckpt_seq")
    write("logs/x.jsonl", lines[:4])
    write("logs/x.jsonl", [lines[4][:30]], end=b"")
    session = session_on("logs")
    read(session)
    assert (session.events_read, session.runs.problem_count) == (4, 0)
    write("logs/x.jsonl", [lines[4][30:]], end=b"")
    read(session)
    assert session.events_read == 5
    write("logs/x.jsonl", [b""])
    read(session)
    assert session.events_read == 5
    write("logs/x.jsonl", lines[5:], end=b"")
    read(session)
    assert_same_story(session, lines)
    session.source.close()


async def test_a_session_that_follows_sees_each_rotation() -> None:
    """The same through `follow`, with the notifications of this machine or without: the user only asks again."""
    import asyncio

    os.mkdir("logs")
    lines = lines_of("chunked_gap_seq")
    session = session_on("logs", poll=True)
    following = asyncio.create_task(session.follow())
    for number, part in enumerate(_cut(lines, 6)):
        write("logs/x.jsonl", part)
        session.look_again()
        while session.events_read < sum(len(some) for some in _cut(lines, 6)[: number + 1]):
            await asyncio.sleep(0.002)
            session.look_again()
        os.rename("logs/x.jsonl", f"logs/x.jsonl-{20261101 + number}")
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    session.source.rescan()
    read(session)
    assert_same_story(session, lines)
    session.source.close()


def _cut(lines: list[bytes], parts: int) -> list[list[bytes]]:
    size = -(-len(lines) // parts)
    return [lines[at : at + size] for at in range(0, len(lines), size)]
