"""What every source promises, whatever it reads from."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.session.scripted import ScriptedSource
from tests.sources.seen import Seen
from tests.sources.state.tables import Rivet, source_of

from runwatch.core.places import Place, Segment
from runwatch.sources import awaited, looks, stdin
from runwatch.sources.base import Source
from runwatch.sources.state import source
from runwatch.sources.stdin import StreamSource
from runwatch.sources.table import open_source, read_to_end
from runwatch.sources.together import Together


@dataclass
class Subject:
    """A source, and a way to write to what it reads."""

    seen: Seen
    write: Callable[[bytes], object]
    end: Callable[[], object] | None = None

    @property
    def source(self) -> Source:
        return self.seen.source

    async def poll_until(self, count: int) -> list[bytes]:
        """So many lines, however many polls it takes."""
        found = self.seen.poll()
        async with asyncio.timeout(10):
            while len(found) < count:
                await self.source.changed()
                found += self.seen.poll()
        return found


def of_file(directory: Path, path: str) -> Subject:
    log = directory / "logs" / "x.jsonl"
    log.parent.mkdir()
    log.touch()

    def write(data: bytes) -> None:
        with log.open("ab") as end:
            end.write(data)

    return Subject(Seen(open_source([path], cwd=str(directory))), write)


def of_pipe(directory: Path, number: int = 0) -> Subject:
    read, end = os.pipe()
    source = StreamSource(read, "-", "stdin", cache=str(directory / "cache"), number=number)
    return Subject(Seen(source), lambda data: os.write(end, data), lambda: os.close(end))


def of_both(directory: Path) -> Subject:
    pipe, file = of_pipe(directory, number=99), of_file(directory, "logs")
    return Subject(Seen(Together([pipe.source, file.source])), pipe.write, pipe.end)


MAKERS: dict[str, Callable[[Path], Subject]] = {
    "name": lambda directory: of_file(directory, "logs/x.jsonl"),
    "directory": lambda directory: of_file(directory, "logs"),
    "pattern": lambda directory: of_file(directory, "logs/*"),
    "pipe": of_pipe,
    "together": of_both,
}


def of_state(directory: Path) -> Subject:
    """A database: whatever is written to it, a run begins."""
    rivet = Rivet(directory / "s.db")
    source = source_of(directory / "s.db", directory / "cache")
    return Subject(Seen(source), lambda data: rivet.begin(f"e{len(rivet.runs)}"), rivet.close)


def of_state_to_come(directory: Path) -> Subject:
    """A directory in which rivet has not run yet."""
    rivets: list[Rivet] = []

    def write(data: bytes) -> None:
        rivets.extend([] if rivets else [Rivet(directory / "logs" / ".rivet_state.db")])
        rivets[0].begin(f"e{len(rivets[0].runs)}")

    (directory / "logs").mkdir()
    return Subject(Seen(open_source(["logs"], cwd=str(directory))), write, lambda: [*map(Rivet.close, rivets)])


ALL = MAKERS | {"state": of_state, "state to come": of_state_to_come}
"""With those that say what they like of what is written."""


@pytest.fixture(params=list(ALL))
def whichever(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    subject = ALL[request.param](tmp_path)
    yield subject
    subject.source.close()
    if subject.end is not None:
        subject.end()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should have to wait for the slow look."""
    monkeypatch.setattr(looks, "ACTIVE", 0.3)
    monkeypatch.setattr(stdin, "_PERIOD", 0.3)
    monkeypatch.setattr(awaited, "PERIOD", 0.1)
    monkeypatch.setattr(source, "PERIOD", 0.1)


@pytest.fixture(params=list(MAKERS))
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    subject = MAKERS[request.param](tmp_path)
    yield subject
    subject.source.close()
    if subject.end is not None:
        subject.end()


async def test_halves_are_joined_and_each_line_comes_once(subject: Subject) -> None:
    subject.write(b'{"n":1}\n{"n"')
    assert await subject.poll_until(1) == [b'{"n":1}']
    assert subject.seen.poll() == []
    subject.write(b':2}\n{"n":3}')
    assert await subject.poll_until(2) == [b'{"n":2}', b'{"n":3}']
    subject.write(b"\n")
    subject.write(b'{"n":4}\n')
    assert await subject.poll_until(1) == [b'{"n":4}']
    assert [line.number for line in subject.seen.lines] == [1, 2, 3, 4]
    assert subject.seen.open_again() == 4


async def test_a_poll_that_is_left_goes_on_at_the_next(subject: Subject) -> None:
    lines = [b'{"n":%d,"pad":"%s"}' % (n, b"x" * 80) for n in range(400)]
    subject.write(b"\n".join(lines) + b"\n")
    async with asyncio.timeout(10):
        while len(subject.seen.lines) < len(lines):
            items = subject.source.poll()
            for item in items:
                subject.seen.take([item])
                break
            else:
                await subject.source.changed()
    assert subject.seen.texts == lines


def test_a_poll_never_waits(whichever: Subject) -> None:
    begun = time.monotonic()
    for _ in range(3):
        assert whichever.seen.poll() == []
    assert time.monotonic() - begun < 1


async def test_waiting_ends_by_itself_and_can_be_cancelled(whichever: Subject) -> None:
    whichever.seen.poll()
    async with asyncio.timeout(5):
        await whichever.source.changed()
        await whichever.source.changed()
    whichever.seen.poll()
    waiting = asyncio.ensure_future(whichever.source.changed())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    whichever.write(b"1\n")
    assert len(await whichever.poll_until(1)) == 1


async def test_progress_tells_how_far_it_is(subject: Subject) -> None:
    subject.write(b"1\n22\n")
    await subject.poll_until(2)
    progress = subject.source.progress
    assert progress.bytes_read == 5
    assert progress.behind == 0
    assert progress.bytes_total in (5, None)
    assert not progress.ended
    assert subject.source.label


def test_a_place_that_is_not_its_own_opens_to_nothing(whichever: Subject) -> None:
    whichever.seen.poll()
    assert whichever.source.line_at(Place(Segment(7, "y", "y", "y"), 1)) is None


async def test_reading_again_by_hand_brings_nothing_twice(whichever: Subject) -> None:
    whichever.write(b"1\n")
    await whichever.poll_until(1)
    whichever.source.rescan()
    assert whichever.seen.poll() == []


async def test_it_can_be_closed_at_any_time_and_twice(whichever: Subject) -> None:
    whichever.write(b"1\n2\n")
    items = whichever.source.poll()
    next(items, None)
    await whichever.source.changed()
    whichever.source.close()
    whichever.source.close()
    whichever.seen.take(whichever.source.poll())
    whichever.source.close()


def test_read_once_it_comes_to_an_end(tmp_path: Path) -> None:
    """Files as they are now, a pipe to its end."""
    subject = of_both(tmp_path)
    (tmp_path / "logs" / "x.jsonl").write_bytes(b"1\n2\n")
    subject.write(b'3\n{"n":4}')
    assert subject.end is not None
    subject.end()
    subject.seen.take(read_to_end(subject.source))
    assert sorted(subject.seen.texts) == [b"1", b"2", b"3", b'{"n":4}']
    subject.source.close()


def test_paths_of_several_kinds_make_one_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.jsonl").write_text(f"{name}\n", encoding="utf-8")
    source = open_source(["a", "pipe", "b"], cwd=str(tmp_path))
    assert source.label == "2 paths, pipe"
    with (tmp_path / "pipe").open("wb") as end:
        end.write(b"p\n")
    seen = Seen(source)
    seen.take(read_to_end(source))
    assert sorted(seen.texts) == [b"a", b"b", b"p"]
    assert len({line.segment.number for line in seen.lines}) == 3
    assert seen.open_again() == 3
    source.close()


async def test_what_goes_wrong_in_one_of_several_is_not_swallowed() -> None:
    """Else whoever waits would be told at once, again and again, that there may be news."""

    class Failing(ScriptedSource):
        async def changed(self) -> None:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await Together([ScriptedSource(), Failing()]).changed()


async def test_each_line_comes_once_in_its_order_and_can_be_opened_again(whichever: Subject) -> None:
    for count in range(1, 4):
        whichever.write(b'{"n":%d}\n' % count)
        found: list[bytes] = [line.text for line in whichever.seen.lines]
        while len(found) < count:
            found += await whichever.poll_until(1)
    lines = whichever.seen.lines
    assert len({line.text for line in lines}) == len(lines)
    for segment in {line.segment for line in lines}:
        numbers = [line.number for line in lines if line.segment is segment]
        assert numbers == list(range(1, len(numbers) + 1))
    assert whichever.seen.open_again() == len(lines)
