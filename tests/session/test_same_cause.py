"""The same error in other runs: counted once, then kept up with what changes."""

from __future__ import annotations

from typing import Any

from tests.core.made import T0
from tests.session.scripted import ScriptedSource, block, line, warned

from runwatch.core.times import SECOND
from runwatch.session.clock import ManualClock
from runwatch.session.same_cause import SameCause
from runwatch.session.session import Session


def failed(second: int, run_id: str, error: str) -> dict[str, Any]:
    return line(second, "ChunkFailed", run_id, chunk_index=0, error=error, attempt=1)


def test_it_is_counted_as_it_comes() -> None:
    session = Session(ScriptedSource(), ManualClock(T0 + 100 * SECOND))
    boom, other = "row 17 is bad", "disk full"
    session.read([block(failed(0, "a", boom), failed(1, "b", "row 9 is bad"), failed(2, "c", other), warned(3, "d"))])

    def settle() -> None:
        session.lineup.follow()
        session.lineup.work(100)

    settle()
    same = SameCause(session.lineup, boom)
    assert (same.elsewhere("a"), same.elsewhere("c"), same.newest("a", 9)) == ((1, 1), (2, 2), ["b"])
    session.take(block(failed(10, "d", boom), failed(11, "b", boom), line=5))
    settle()
    assert (same.elsewhere("a"), same.newest("a", 9)) == ((3, 2), ["d", "b"])
    session.playhead.hold(T0)
    settle()
    assert (same.elsewhere("a"), same.newest("a", 9)) == ((0, 0), [])
