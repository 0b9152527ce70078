"""Follow files and directories: growth, rotation, truncation, disappearance.

A poll looks at what there is, then reads what is new of it, the newest logs
first and the files of one log in their order. Each step of reading is finished
before its lines are given away, so a poll can be left anywhere.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from runwatch.core.places import Place, Segment, Stretch
from runwatch.sources.again import Again
from runwatch.sources.ahead import Ahead
from runwatch.sources.base import Ending, Item, Progress
from runwatch.sources.chain import Identities
from runwatch.sources.discovery import Discovery
from runwatch.sources.documents import Documents, is_log
from runwatch.sources.ends import endings
from runwatch.sources.held import Held
from runwatch.sources.looks import RETRY, Looks
from runwatch.sources.patience import APART, Patience
from runwatch.sources.reader import Plain
from runwatch.sources.reading import Reading
from runwatch.sources.resume import Logs
from runwatch.sources.rotation import Chains
from runwatch.sources.tail import Tail
from runwatch.sources.tally import Tally

if TYPE_CHECKING:
    from runwatch.sources.watch import Watch

_LOOKS_A_POLL = 3
"""A rotation noticed while reading wants another look; one that never rests must not hold us for ever."""
SHORT, TOGETHER = 16 << 10, 64
"""Bytes to be read of a file that is read with others as short, and so many of them at most."""
_WAITS = 10
"""A file that goes on growing must not hold a summary for ever."""


class FileSource:
    """Logs in files: by name, by pattern, in directories."""

    def __init__(
        self, paths: Sequence[str], *, poll: bool = False, cwd: str = "", numbers: Iterator[int] | None = None
    ) -> None:
        numbers = numbers or itertools.count()
        identities = Identities(is_log)
        self.label = paths[0] if len(paths) == 1 else f"{len(paths)} paths"
        self.progress = Progress()
        self._patience = Patience()
        self._held = Held()
        self._chains = Chains(numbers, identities, self._held)
        self._documents = Documents(numbers, identities, self._patience)
        self._discovery = Discovery(paths, cwd or os.getcwd())
        self._looks = Looks(self._discovery, self._chains, self._documents, self._held, identities)
        self._reading = Reading(self._looks, self._held, self._patience)
        self._again = Again(self._chains.by_segment)
        self.on_first_look: Callable[[], None] | None = None
        self._poll = poll
        self._watch: Watch | None = None
        self._tally = Tally(self.progress)
        self._ready: deque[Item] = deque()
        self._tasks: deque[Tail | str] = deque()
        self._waits = 0
        self._woken = False  # by `changed`: then a poll looks only at what is due

    def endings(self) -> Iterator[Ending]:
        self._look()
        self._woken = True  # what the first look found need not be looked for again
        yield from endings(self._looks.due, self._held)

    def poll(self) -> Iterator[Item]:
        yield from self._give()
        if self._looks.until_due() > 0:
            yield from self._work()  # what a poll left half way has not done
        for _ in range(_LOOKS_A_POLL):
            self._look()
            yield from self._work()
            if not self._looks.doubts:
                return
            self._woken = True
        self._woken = False

    def rescan(self) -> None:
        self._woken = False

    def wait_for_more(self) -> bool:
        """Wait a little for a file that seems to be half written; false where there is none, or that takes too long."""
        if not self._patience.is_waiting or self._waits == _WAITS:
            self._woken = True  # whoever polls once more need not look at everything once more
            return False
        self._waits += 1
        time.sleep(APART)
        return True

    @property
    def logs(self) -> Logs:
        """All of them; none while lines of theirs wait to be given."""
        return Logs({} if self._ready else self._chains.all)

    def ahead(self, segment: Segment) -> Ahead | None:
        tail = self._tasks[0] if self._tasks else None
        if not isinstance(tail, Tail) or tail.segment is not segment or tail not in self._held or self._ready:
            return None
        held = self._held.open(tail)
        return Ahead(tail, held, self._tally.note) if isinstance(held, Plain) else None

    async def changed(self) -> None:
        if self._watch is None:
            from runwatch.sources.watch import Watch  # asyncio and all that: a summary needs none of it

            self._watch = Watch(self._looks.hints.append, self._poll)
        self._looks.set_pace(self._watch.is_polling)
        if not self._ready and not self._tasks:
            self._woken = True  # also if we are cancelled: what was hinted at by then is known
            growing = [tail.path for tail in self._held.tails() if not tail.segment.gone]
            if await self._watch.wait(self._discovery.deep, self._discovery.flat, growing, self._looks.until_due()):
                self._woken = False
        self._say_notices()

    def line_at(self, place: Place) -> bytes | None:
        return self._documents.line_at(place) if place.segment.document else self._again.line_at(place)

    def stretch_at(self, place: Place) -> Stretch | None:
        return self._again.stretch_at(place)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
        self._held.close_all()
        self._again.close()

    def _look(self) -> None:
        if self._woken:
            self._looks.what_is_due()
        else:
            self._looks.everything()
        self._woken = False
        if self.on_first_look is not None:
            first, self.on_first_look = self.on_first_look, None
            first()
        self._tasks = self._in_order()
        self._tally.note_all((tail.segment, tail.size, tail.taken) for tail in self._looks.due)
        for segment in self._looks.gone():
            self._tally.end(segment)
        for segment, size, is_read in self._documents.measures():
            self._tally.note(segment, size, size if is_read else 0)
        self._say_notices()

    def _in_order(self) -> deque[Tail | str]:
        """What is due: the newest first, but the files of one log in their order."""
        newest: dict[str, int] = {path: -self._documents.newest(path) for path in self._documents.due}
        for tail in self._looks.due:
            newest[tail.chain] = min(newest.get(tail.chain, 0), -tail.mtime)

        def place(task: Tail | str) -> tuple[int, str, float]:
            chain, order = (task, 0.0) if isinstance(task, str) else (task.chain, task.segment.order)
            return newest[chain], chain, order

        tasks: list[Tail | str] = [*self._looks.due, *self._documents.due]
        tasks.sort(key=place)
        return deque(tasks)

    def _work(self) -> Iterator[Item]:
        """Read the files that are due, one after the other."""
        while self._tasks:
            self._read_short()
            yield from self._give()
            if not self._tasks:
                return
            task = self._tasks[0]
            yield from self._read(task)
            if self._tasks and self._tasks[0] is task:
                self._tasks.popleft()

    def _read_short(self) -> None:
        """All that is new in the next files, as long as that is little: one right behind the other that costs less."""
        for _ in range(TOGETHER):
            task = self._tasks[0] if self._tasks else None
            if not isinstance(task, Tail) or task.behind >= SHORT:
                return
            if self._reading.begin(task):
                items, going_on = self._reading.step(task)
                self._tally.note(task.segment, task.size, task.taken)
                self._ready.extend(items)
                if going_on:
                    return
            self._ready.extend(self._looks.cut_off(task))
            self._tasks.popleft()

    def _read(self, task: Tail | str) -> Iterator[Item]:
        """All that is new in one file."""
        if isinstance(task, str):
            if task in self._documents.due:
                self._ready.extend(self._documents.step(task))
                self._looks.hand_over(task)
                if document := self._documents.measure(task):
                    self._tally.note(*document, read=document[1])
            yield from self._give()
            return
        going_on = self._reading.begin(task)
        while going_on:
            items, going_on = self._reading.step(task)
            self._tally.note(task.segment, task.size, task.taken)
            self._ready.extend(items)
            while self._ready:
                yield self._ready.popleft()
        if items := self._looks.cut_off(task):
            self._ready.extend(items)
            yield from self._give()

    def _give(self) -> Iterator[Item]:
        while self._ready:
            yield self._ready.popleft()

    def _say_notices(self) -> None:
        """What the header must say."""
        why = self._watch.why_polling if self._watch is not None else ""
        said = [f"polling every {self._looks.period} s: {why}"] if why else []
        look = self._looks.last
        again = f"trying again every {RETRY:.0f} s"
        said += [f"cannot read {path}: {why}; {again}" for path, why in look.unreadable.items()]
        said += [f"cannot read {path}: {why}" for path, why in look.left_out.items()]
        self.progress.notices = (*said, *self._looks.removed)
        self.progress.waiting = tuple(look.waiting)
        self.progress.unreadable = (*look.unreadable.items(), *look.left_out.items())
