"""A large log opened again: what was folded of it is taken up where it was left, or the log is read anew."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.core.made import whole
from tests.core.test_kept import produced

from runwatch.core import kept
from runwatch.core.places import Place
from runwatch.session import store as store_module
from runwatch.session.clock import ManualClock
from runwatch.session.session import Session
from runwatch.session.store import Store
from runwatch.sources.files import FileSource

LINES = produced(3, 60).splitlines(keepends=True)


@pytest.fixture(autouse=True, params=[1, kept.LARGE], ids=["late", "at once"])
def small_ones_too(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "SMALL", 64)
    monkeypatch.setattr(kept, "LARGE", request.param)
    monkeypatch.setattr(store_module, "LEAST", 1)
    monkeypatch.setattr(store_module, "OF_A_RUN", 0)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "logs" / "a.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"".join(LINES[:400]))
    return path


class Opened:
    """A session over some paths; how many bytes it had to read."""

    def __init__(self, *paths: Path | str, cache: Path | None, cwd: str = "") -> None:
        self.source = FileSource([str(path) for path in paths], cwd=cwd)
        self.session = Session(self.source, ManualClock(0))
        if cache is not None:
            self.session.keep_logs_in(Store(lambda: str(cache)))
        self.read = 0
        self.session.read(self._counted())

    def _counted(self) -> Any:
        for item in self.source.poll():
            self.read += len(getattr(item, "data", b""))
            yield item

    def more(self) -> None:
        self.source.rescan()
        self.session.read(self._counted())

    def close(self) -> None:
        self.session.keep_logs()
        self.source.close()

    @property
    def said(self) -> Any:
        """All there is to know of it."""
        runs, progress = self.session.runs, self.source.progress
        tails = sorted(self.source._chains.all.values(), key=lambda chain: chain.key)
        return (
            {run_id: (whole(run), run.named, run.is_run) for run_id, run in sorted(runs.by_id.items())},
            sorted((str(where), why) for where, why in runs.problems),
            (runs.problem_count, runs.unknown_count, self.session.events_read, self.session.is_whole),
            (progress.files, progress.bytes_total, progress.bytes_read, progress.behind),
            [(tail.position, tail.head, tail.trail, tail.first) for chain in tails for tail in chain.tails],
        )


def left(*paths: Path | str, cache: Path, cwd: str = "") -> None:
    """Open and leave."""
    Opened(*paths, cache=cache, cwd=cwd).close()


def assert_as_read_anew(opened: Opened, *paths: Path | str, cwd: str = "") -> None:
    fresh = Opened(*paths, cache=None, cwd=cwd)
    assert opened.said == fresh.said
    for run_id, run in fresh.session.runs.by_id.items():
        again = opened.session.runs.by_id[run_id]
        for position in random.Random(1).sample(range(len(run.log.order)), min(20, len(run.log.order))):
            place = run.log.place(position)
            mine = again.log.place(position)
            assert opened.session.runs.find(mine) == fresh.session.runs.find(place) == (run_id, position)
            assert opened.source.line_at(mine) == fresh.source.line_at(place) is not None
            assert again.state_at(position).chunks.counts == run.state_at(position).chunks.counts
    opened.source.close()
    fresh.source.close()


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_a_log_as_it_was_is_not_read(log: Path, tmp_path: Path) -> None:
    left(log, cache=tmp_path / "cache")
    opened = Opened(log, cache=tmp_path / "cache")
    assert opened.read == 0
    assert set(opened.session.runs.changed) == set(opened.session.runs.by_id)
    assert opened.session.revision > 0
    assert_as_read_anew(opened, log)


@pytest.mark.parametrize("share", [1, 100, 399])
def test_of_a_log_that_has_grown_only_the_rest_is_read(share: int, tmp_path: Path) -> None:
    """Files named before are named again in it."""
    log = tmp_path / "a.jsonl"
    log.write_bytes(b"".join(LINES[:share]))
    left(log, cache=tmp_path / "cache")
    add(log, b"".join(LINES[share:]))
    opened = Opened(log, cache=tmp_path / "cache")
    assert opened.read == sum(map(len, LINES[share:]))
    assert_as_read_anew(opened, log)


def test_it_goes_on_growing_while_it_is_watched(log: Path, tmp_path: Path) -> None:
    left(log, cache=tmp_path / "cache")
    opened = Opened(log, cache=tmp_path / "cache")
    for line in LINES[400:420]:
        add(log, line)
        opened.more()
    assert opened.read == sum(map(len, LINES[400:420]))
    run = opened.session.runs.by_id["orders_20261123T000000.000_10000"]
    assert run.arrived is not None
    assert_as_read_anew(opened, log)


def test_half_a_line_is_read_with_its_other_half(log: Path, tmp_path: Path) -> None:
    add(log, LINES[400][:50])
    left(log, cache=tmp_path / "cache")
    opened = Opened(log, cache=tmp_path / "cache")
    assert_as_read_anew(opened, log)
    add(log, LINES[400][50:])
    opened = Opened(log, cache=tmp_path / "cache")
    assert opened.read == len(LINES[400])
    assert_as_read_anew(opened, log)


def test_problems_and_lines_of_their_own_kind_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "a.jsonl"
    odd = [b"{\n", b"\n", b'{"event":{"Teleported":{"n":[1,{"a":null}]}}}\n', LINES[3], b'{"recorded_at":7}\n']
    document = b'{"run_id":"d","entries":[{"event":{"Warning":{"context":"c","message":"m"}}},{"event":1}]}\n'
    log.write_bytes(b"\xef\xbb\xbf" + b"".join([*LINES[:50], *odd, document, *LINES[50:90]]).replace(b"}\n", b"}\r\n"))
    left(log, cache=tmp_path / "cache")
    opened = Opened(log, cache=tmp_path / "cache")
    assert opened.read == 0
    assert opened.session.runs.problem_count > 2
    assert_as_read_anew(opened, log)
    add(log, b"".join([*odd, document]))
    assert_as_read_anew(Opened(log, cache=tmp_path / "cache"), log)


def test_the_same_log_by_other_paths(log: Path, tmp_path: Path) -> None:
    """By name, from where one stands, in its directory: it is called otherwise, and is the same."""
    left(log, cache=tmp_path / "cache")
    for path in ("logs/a.jsonl", "logs", "logs/*.jsonl"):
        opened = Opened(path, cache=tmp_path / "cache", cwd=str(tmp_path))
        assert opened.read == 0
        assert_as_read_anew(opened, path, cwd=str(tmp_path))


def test_lines_that_name_no_run_belong_to_the_one_the_log_is_called_after(log: Path, tmp_path: Path) -> None:
    add(log, b'{"event":{"Warning":{"context":"c","message":"m"}}}\n')
    left(tmp_path, cache=tmp_path / "cache")
    for path in (tmp_path / "logs", tmp_path, log):
        assert_as_read_anew(Opened(path, cache=tmp_path / "cache"), path)


def rotated(log: Path) -> None:
    log.rename(f"{log}.1")
    log.write_bytes(b"".join(LINES[400:450]))


def test_a_log_that_was_rotated_goes_on_in_its_new_file(log: Path, tmp_path: Path) -> None:
    left(log.parent, cache=tmp_path / "cache")
    rotated(log)
    opened = Opened(log.parent, cache=tmp_path / "cache")
    assert opened.read == sum(map(len, LINES[400:450]))
    assert_as_read_anew(opened, log.parent)


def test_a_rotated_log_is_kept_whole(log: Path, tmp_path: Path) -> None:
    rotated(log)
    left(log.parent, cache=tmp_path / "cache")
    opened = Opened(log.parent, cache=tmp_path / "cache")
    assert opened.read == 0
    assert_as_read_anew(opened, log.parent)
    opened = Opened(log, cache=tmp_path / "cache")  # its newest part alone
    assert opened.read == sum(map(len, LINES[400:450]))
    assert_as_read_anew(opened, log)


def test_a_log_rotated_while_it_was_watched(log: Path, tmp_path: Path) -> None:
    opened = Opened(log.parent, cache=tmp_path / "cache")
    rotated(log)
    opened.more()
    opened.close()
    again = Opened(log.parent, cache=tmp_path / "cache")
    assert again.read == 0
    assert_as_read_anew(again, log.parent)


def replaced(log: Path) -> None:
    data = log.read_bytes()
    log.rename(log.with_suffix(".old"))
    log.write_bytes(data)


def with_time_kept(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(log: Path) -> None:
        status = log.stat()
        with log.open("r+b") as file:
            data = change(file.read())
            file.seek(0)
            file.write(data)
            file.truncate()
        os.utime(log, ns=(status.st_atime_ns, status.st_mtime_ns))

    return apply


CONTRADICTIONS: dict[str, Callable[[Path], None]] = {
    "truncated": lambda log: os.truncate(log, 5_000),
    "cut to nothing": lambda log: os.truncate(log, 0),
    "another file": replaced,
    "another time": lambda log: os.utime(log, ns=(0, 1)),
    "first bytes": with_time_kept(lambda data: data.replace(b"orders_2026", b"orders_2016", 1)),
    "last bytes": with_time_kept(lambda data: data[:-9] + data[-9:].replace(b"}", b" ", 1)),
    "older part": lambda log: add(Path(f"{log}.1"), b"".join(LINES[400:])),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_log_that_is_another_one_is_read_anew(name: str, log: Path, tmp_path: Path) -> None:
    left(log.parent, cache=tmp_path / "cache")
    CONTRADICTIONS[name](log)
    opened = Opened(log.parent, cache=tmp_path / "cache")
    assert opened.read > sum(path.stat().st_size for path in log.parent.glob("a.jsonl*")) - 300, "but for half a line"
    assert_as_read_anew(opened, log.parent)


def test_a_run_in_two_logs_is_not_kept(log: Path, tmp_path: Path) -> None:
    (log.parent / "b.jsonl").write_bytes(b"".join(LINES[400:]))
    left(log.parent, cache=tmp_path / "cache")
    assert not list(tmp_path.glob("cache/logs/*"))
    left(log, cache=tmp_path / "cache")
    left(log.parent / "b.jsonl", cache=tmp_path / "cache")
    opened = Opened(log.parent, cache=tmp_path / "cache")  # each was kept alone
    assert 0 < opened.read < sum(map(len, LINES))
    assert_as_read_anew(opened, log.parent)


def test_several_logs(log: Path, tmp_path: Path) -> None:
    other = log.parent / "b.jsonl"
    other.write_bytes(b"".join(LINES).replace(b'run_id":"', b'run_id":"x'))
    left(log.parent, cache=tmp_path / "cache")
    assert len(list(tmp_path.glob("cache/logs/*"))) == 2
    add(other, LINES[0])
    opened = Opened(log.parent, cache=tmp_path / "cache")
    assert opened.read == len(LINES[0])
    assert_as_read_anew(opened, log.parent)


# ------------------------------------------------------------------------------------------------ the file itself


def kept_file(tmp_path: Path) -> Path:
    (found,) = tmp_path.glob("cache/logs/*")
    return found


def test_only_the_user_can_read_it(log: Path, tmp_path: Path) -> None:
    left(log, cache=tmp_path / "cache")
    paths = (tmp_path / "cache", tmp_path / "cache/logs", kept_file(tmp_path))
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o700, 0o700, 0o600]


@pytest.mark.parametrize("seed", range(40))
def test_a_broken_file_is_as_if_there_were_none(
    seed: int, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the inside of large columns is checked: that would take as long as using them."""
    monkeypatch.setattr(kept, "SMALL", 1 << 20)
    left(log, cache=tmp_path / "cache")
    path, rng = kept_file(tmp_path), random.Random(seed)
    data = bytearray(path.read_bytes())
    at = rng.choice([rng.randrange(len(data)), rng.randrange(300)])
    if seed % 3 == 0:
        del data[at:]
    elif seed % 3 == 1:
        data[at : at + 4096] = rng.randbytes(min(4096, len(data) - at))
    else:
        data[at] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes(data))
    assert_as_read_anew(Opened(log, cache=tmp_path / "cache"), log)


def test_one_of_another_version_is_left_alone(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(store_module, "_form", lambda: "older")
        left(log, cache=tmp_path / "cache")
    opened = Opened(log, cache=tmp_path / "cache")
    assert opened.read == log.stat().st_size
    opened.close()
    assert Opened(log, cache=tmp_path / "cache").read == 0


def test_one_that_others_could_have_written_is_not_believed(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(log, cache=tmp_path / "cache")
    path = kept_file(tmp_path)
    for mode in (0o620, 0o602):
        path.chmod(mode)
        assert Opened(log, cache=tmp_path / "cache").read
    path.chmod(0o600)
    assert not Opened(log, cache=tmp_path / "cache").read
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    assert Opened(log, cache=tmp_path / "cache").read


def test_a_link_to_one_is_not_followed(log: Path, tmp_path: Path) -> None:
    left(log, cache=tmp_path / "cache")
    path = kept_file(tmp_path)
    path.symlink_to(path.rename(tmp_path / "elsewhere"))
    assert Opened(log, cache=tmp_path / "cache").read


@pytest.mark.parametrize("where", ["file/below", "file"])
def test_where_nothing_can_be_written_nothing_is_kept(where: str, log: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    left(log, cache=tmp_path / where)
    assert (tmp_path / "file").read_bytes() == b""
    assert_as_read_anew(Opened(log, cache=tmp_path / where), log)


def test_a_full_disk_leaves_nothing_behind(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    left(log, cache=tmp_path / "cache")
    assert list(tmp_path.glob("cache/logs/*")) == []


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "FILES", 3)
    logs = [tmp_path / f"{number}.jsonl" for number in range(4)]
    for number, log in enumerate(logs[:3]):
        log.write_bytes(b"".join(LINES[:50]))
        left(log, cache=tmp_path / "cache")
        for path in tmp_path.glob("cache/logs/*"):
            os.utime(path, ns=(0, path.stat().st_mtime_ns - number - 1_000_000_000))
    assert Opened(logs[0], cache=tmp_path / "cache").read == 0
    logs[3].write_bytes(b"".join(LINES[:50]))
    left(logs[3], cache=tmp_path / "cache")
    assert [Opened(log, cache=tmp_path / "cache").read > 0 for log in logs] == [False, True, False, False]
    monkeypatch.setattr(store_module, "BYTES", 100)
    left(logs[1], cache=tmp_path / "cache")
    assert len(list(tmp_path.glob("cache/logs/*"))) == 3


def test_it_is_written_again_only_where_much_is_new(log: Path, tmp_path: Path) -> None:
    left(log, cache=tmp_path / "cache")
    path = kept_file(tmp_path)
    written = path.stat().st_ino
    add(log, b"".join(LINES[400:410]))
    left(log, cache=tmp_path / "cache")
    assert path.stat().st_ino == written
    add(log, b"".join(LINES[410:]))
    left(log, cache=tmp_path / "cache")
    assert path.stat().st_ino != written
    assert Opened(log, cache=tmp_path / "cache").read == 0


def test_what_was_read_by_half_is_not_kept(log: Path, tmp_path: Path) -> None:
    session = Session(FileSource([str(log)]), ManualClock(0))
    session.keep_logs_in(Store(lambda: str(tmp_path / "cache")))
    session.take(next(iter(session.source.poll())))
    session.keep_logs()
    assert not (tmp_path / "cache").exists()


def test_places_stay_where_they_are_when_the_log_is_renamed(log: Path, tmp_path: Path) -> None:
    left(log.parent, cache=tmp_path / "cache")
    rotated(log)
    opened = Opened(log.parent, cache=tmp_path / "cache")
    run = next(iter(opened.session.runs.by_id.values()))
    place = run.log.place(0)
    assert isinstance(place, Place)
    assert str(place) == f"{log}.1:{place.line}"


def test_a_log_with_a_line_that_had_no_end_is_read_anew(log: Path, tmp_path: Path) -> None:
    """Whether that is told depends on what is read when."""
    add(log, LINES[400][:50])
    rotated(log)
    left(log.parent, cache=tmp_path / "cache")
    opened = Opened(log.parent, cache=tmp_path / "cache")
    assert opened.session.runs.problem_count == 1
    assert_as_read_anew(opened, log.parent)
