"""One measurement in a process of its own: `python -m benchmarks.child WHAT PATH` prints its cost as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

import orjson

from benchmarks.logs import lines
from runwatch.core.times import parse_time
from runwatch.session.clock import LiveClock
from runwatch.session.session import Session
from runwatch.sources.table import open_source, read_to_end


def yardstick(path: str) -> dict[str, float]:
    """orjson.loads of every line, and nothing else."""
    with open(path, "rb") as log:
        for line in log:
            orjson.loads(line)
    return {}


def fold(path: str) -> dict[str, float]:
    """Read, decode, fold and judge."""
    session = Session(open_source([path]), LiveClock())
    session.read(read_to_end(session.source))
    found = session.moments()
    session.source.close()
    return {"runs": len(found)}


def bare(path: str) -> dict[str, float]:
    """The imports alone: what memory is measured against."""
    return {}


def idle(path: str) -> dict[str, float]:
    """Share of a core while nothing happens, the first reading apart."""

    async def watch() -> dict[str, float]:
        session = Session(open_source([path]), LiveClock())
        task = asyncio.create_task(session.follow())
        while not session.is_whole:  # noqa: ASYNC110 - the session has no event for it, and a tenth of a second is nothing here
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        before, start = time.process_time(), time.monotonic()
        await asyncio.sleep(6)
        share = (time.process_time() - before) / (time.monotonic() - start)
        task.cancel()
        session.source.close()
        return {"share": share}

    return asyncio.run(watch())


def follow(path: str) -> dict[str, float]:
    """ms from an append to the repaint that shows it, through the real app."""
    from runwatch.ui.app import RunwatchApp
    from runwatch.ui.screens.runs import RunsPage

    log = Path(path)
    log.touch()

    def append(line: bytes) -> None:
        with log.open("ab") as end:
            end.write(line + b"\n")

    async def measure() -> list[float]:
        session = Session(open_source([path]), LiveClock())
        app = RunwatchApp(session)
        taken: list[float] = []
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause(1)
            for number, line in enumerate(lines(60)):
                stamp = parse_time(orjson.loads(line)["recorded_at"])
                assert stamp is not None
                await asyncio.sleep(0.15 + 0.037 * (number % 5))  # not in step with the app's own tick
                start = time.monotonic()
                append(line)
                page = app.screen
                assert isinstance(page, RunsPage)
                while not page.rows or page.rows[0].last_event != stamp[0]:  # noqa: ASYNC110 - what is seen is what counts
                    await asyncio.sleep(0.001)
                taken.append((time.monotonic() - start) * 1000)
        session.source.close()
        return sorted(taken)

    taken = asyncio.run(measure())
    return {"p50": statistics.median(taken), "p95": taken[int(len(taken) * 0.95)]}


WHATS = {"yardstick": yardstick, "fold": fold, "bare": bare, "idle": idle, "follow": follow}


def main() -> None:
    """Run one, print CPU and wall seconds, the peak in MB, and what it found."""
    what, path = sys.argv[1:3]
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    before, start = time.process_time(), time.monotonic()
    found = WHATS[what](path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    cost = {"cpu": time.process_time() - before, "wall": time.monotonic() - start, "peak": peak}
    print(json.dumps(cost | found))


if __name__ == "__main__":
    main()
