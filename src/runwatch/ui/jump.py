"""Any run from the palette: part of its export, its run_id or its verdict is typed, enter opens it.

There may be a hundred thousand runs, so they are looked through in slices, and
between two of them the keys are heard: what is typed next ends the search.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from functools import partial
from typing import Protocol, cast

from textual.command import Hit, Hits, Provider

from runwatch.answers.glyphs import VERDICTS
from runwatch.core.runs import Moment, parse_run_id
from runwatch.session.session import Session
from runwatch.session.standing import Standing
from runwatch.ui.palette import Command, command_content
from runwatch.ui.safe import line_text

MOST = 50
"""Runs that are listed."""
SLICE = 0.01
"""Seconds of searching after which the keys have their turn."""
PATIENCE = 2.0
"""Seconds after which what was found so far is shown."""
LEAST = 2
"""Letters from which a word can be a verdict's beginning."""
_BATCH = 16
"""Runs that are judged between two looks at the watch."""
_BELOW = 1e-3
"""Of the score of what is no key: keys stand first."""

Found = tuple[int, str]
"""Begin, and run_id."""


class Opens(Protocol):
    """What is asked of the app."""

    session: Session

    def open_run(self, run_id: str, *, at_outcome: bool = False) -> None:
        """One run, on top."""


class Search:
    """The runs that were found so far, the newest of them, and whether all were looked at."""

    def __init__(self, session: Session, query: str) -> None:
        self._session = session
        self._words = query.casefold().split()
        self._verdicts = {word: _verdicts(word) for word in self._words}
        self._begun = self._sliced = 0.0
        self.newest: list[Found] = []
        self.count = 0
        self.is_whole = True

    async def run(self) -> None:
        """Look at every run, with pauses for the keys; those that moved are judged first."""
        self._begun = self._sliced = time.monotonic()
        lineup = self._session.lineup
        lineup.follow()
        while not lineup.work(_BATCH):
            if not await self._goes_on():
                break
        for standing in list(lineup.standings.values()):
            self._look_at(standing)
            if not await self._goes_on():
                return

    async def _goes_on(self) -> bool:
        """Pause where it is time for it; false where the user has waited long enough."""
        now = time.monotonic()
        if now - self._begun > PATIENCE:
            self.is_whole = False
        elif now - self._sliced > SLICE:
            await asyncio.sleep(0)
            self._sliced = time.monotonic()
        return self.is_whole

    def _look_at(self, run: Standing) -> None:
        if not run.verdict or not run.is_selected or not self._is_meant(run):
            return
        self.count += 1
        push = heapq.heappush if len(self.newest) < MOST else heapq.heappushpop
        push(self.newest, (run.began, run.run_id))

    def _is_meant(self, run: Standing) -> bool:
        """Every word is part of a name, or the beginning of the verdict."""
        names = f"{run.export} {run.run_id}".casefold()
        return all(word in names or run.verdict in self._verdicts[word] for word in self._words)


def _verdicts(word: str) -> frozenset[str]:
    return frozenset(verdict for verdict in VERDICTS if len(word) >= LEAST and verdict.startswith(word))


class RunCommands(Provider):
    """A line a run: its export and begin, its verdict and whole id below."""

    @property
    def _opens(self) -> Opens:
        return cast("Opens", self.app)

    async def search(self, query: str) -> Hits:
        search = Search(self._opens.session, query)
        await search.run()
        shown = 0
        for _, run_id in sorted(search.newest, key=lambda found: (-found[0], found[1])):
            moment = self._opens.session.moment(run_id)
            if moment is not None:
                shown += 1
                yield self._hit(moment, query, shown)
        words = _rest(search, shown)
        if words:
            nothing = Command(words, "type more of its name to find another", lambda: None)
            yield Hit(_BELOW / (MOST + 2), command_content(nothing, self.app.size.width, ()), nothing.run, text=words)

    def _hit(self, moment: Moment, query: str, rank: int) -> Hit:
        run_id = moment.run_id
        name = line_text(f"{moment.export}  {parse_run_id(run_id)[1]}")
        command = Command(name, run_id, partial(self._opens.open_run, run_id), moment.judgement.verdict)
        line = command_content(command, self.app.size.width, _letters(name, query), verdict=moment.judgement.verdict)
        return Hit(_BELOW / (rank + 1), line, command.run, text=name)


def _rest(search: Search, shown: int) -> str:
    """What is not listed, and why."""
    if not search.is_whole:
        return f"the search was ended after {PATIENCE:.0f} s; {shown:,} of the runs found are shown"
    return f"the newest {MOST} of {search.count:,} runs that match are shown" if search.count > MOST else ""


def _letters(name: str, query: str) -> list[int]:
    """Where the words typed stand in the name."""
    plain = name.casefold()
    if len(plain) != len(name):
        return []
    found = ((plain.find(word), len(word)) for word in query.casefold().split())
    return [at + letter for at, length in found if at >= 0 for letter in range(length)]
