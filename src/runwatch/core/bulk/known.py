"""What must be known of runs to let lines of theirs wait.

Whether a run's lines can wait is looked for in the run itself, which takes that
nothing of it waits. From then on what its lines say keeps it so, or not. Of a run
that nobody has heard of they can behind its first line, if that is a usual one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from runwatch.core import events as ev
from runwatch.core.bulk.block import Numbers
from runwatch.core.events import Entry
from runwatch.core.marks import NEVER
from runwatch.core.names import SEED
from runwatch.core.places import Segment
from runwatch.core.runs import Run, Runs

_MORE = 64
"""Runs there is room for beyond those that are known."""


class KnownRuns:
    """The runs of one log, by number."""

    def __init__(self, segment: Segment, runs: Runs) -> None:
        self.run_ids: list[str] = []
        self.straight = np.zeros(0, np.bool_)
        """With room for more: whatever comes, and is later, will stand behind all others."""
        self.fresh = np.zeros(0, np.bool_)
        """Nobody has heard of it so far, and nothing of it waits; with room for more."""
        self.latest = np.zeros(0, np.int64)
        """The time of its last line so far,"""
        self.before = np.zeros(0, np.int64)
        """and of its last one in front of the last block; with room for more."""
        self.run_of = np.zeros(0, np.int64)
        """By the heads met last; -1 of a run's second one."""
        self._segment, self._runs = segment, runs
        self._met: list[tuple[Sequence[tuple[str, str]], Numbers]] = []
        """Heads, as each who decodes numbers them, and `run_of` of these."""
        self._number_of: dict[str, int] = {}
        self._exports: list[str | None] = []
        """What the head of each names; None while it has none."""
        self._unsure: set[int] = set()
        """Those that must be looked at again once all that waits is taken in,"""
        self._taking: set[int] = set()
        """or that is being taken in."""

    def meet(self, heads: Sequence[tuple[str, str]]) -> None:
        """Number the runs of heads that are new. `heads`: as in `Decoded`."""
        at = next((at for at, (its, _) in enumerate(self._met) if its is heads), len(self._met))
        known = self._met[at][1] if at < len(self._met) else np.zeros(0, np.int64)
        run_of = []
        for run_id, export_name in heads[len(known) :]:
            number = self.number(run_id)
            if self._exports[number] is None:
                self._exports[number] = export_name
                if number not in self._unsure:
                    self._look(number)
            elif self._exports[number] != export_name:
                number = -1
            run_of.append(number)
        self.run_of = np.append(known, run_of) if run_of else known
        self._met[at : at + 1] = [(heads, self.run_of)]

    def number(self, run_id: str) -> int:
        """A new one for a new one."""
        number = self._number_of.get(run_id)
        if number is None:
            number = self._number_of[run_id] = len(self.run_ids)
            self.run_ids.append(run_id)
            self._exports.append(None)
            if number == len(self.latest):
                self.straight = np.append(self.straight, np.zeros(number + _MORE, np.bool_))
                self.fresh = np.append(self.fresh, np.zeros(number + _MORE, np.bool_))
                self.latest = np.append(self.latest, np.full(number + _MORE, NEVER))
                self.before = np.append(self.before, np.full(number + _MORE, NEVER))
            self.fresh[number] = run_id not in self._runs.by_id
        return number

    def begins(self, entry: Entry, number: int) -> bool:
        """Whether lines of a run can wait behind this one, the first that anyone has heard of it."""
        self.fresh[number] = False
        if self._exports[number] is None:
            self._exports[number] = entry.export_name
        self.straight[number] = entry.export_name is not None and not isinstance(entry.event, ev.ProducerSeen)
        return self.stays_straight(entry, number)

    def stays_straight(self, entry: Entry, number: int) -> bool:
        """Whether lines of the run can wait behind this one too."""
        return (
            bool(self.straight[number])
            and entry.time is not None
            and not entry.number
            and entry.export_name == self._exports[number]
            and not isinstance(entry.event, ev.RunCompleted)
        )

    def doubt(self, numbers: Iterable[int]) -> None:
        """All that comes of these is to be decoded until they are looked at again."""
        doubted = list(numbers)
        self.straight[doubted] = False
        self._unsure.update(doubted)

    def take(self) -> None:
        """All that waits is being taken in."""
        self._taking, self._unsure = self._taking | self._unsure, set()

    def held_up(self) -> list[int]:
        """Those that would be looked at now, but for lines of theirs that wait. They will not wait any more."""
        held = self._taking & self._unsure
        self._unsure -= held
        return list(held)

    def is_taken(self) -> None:
        """All of it is in the runs."""
        for number in self._taking:
            self._look(number)
        self._taking = set()

    def look_again(self) -> None:
        """Something else was taken in; nothing waits."""
        self._unsure.update(number for number, name in enumerate(self._exports) if name is not None)
        self.fresh[: len(self.run_ids)] = [run_id not in self._runs.by_id for run_id in self.run_ids]
        self.take()
        self.is_taken()

    def _look(self, number: int) -> None:
        """Nothing of it is waiting."""
        run = self._runs.by_id.get(self.run_ids[number])
        is_straight = run is not None and self._is_straight(run, number)
        self.straight[number] = is_straight
        if run is not None and is_straight:
            self.latest[number] = run.log.placing.latest

    def _is_straight(self, run: Run, number: int) -> bool:
        return (
            run.straight is self._segment
            and run.named == self._exports[number]
            and run.log.facts.names.seed == SEED  # else their hashes are others
        )
