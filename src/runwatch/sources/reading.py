"""One step of reading one file, and what to make of it when it fails."""

from __future__ import annotations

from runwatch.sources.base import Fault, Item
from runwatch.sources.held import Held
from runwatch.sources.looks import Looks
from runwatch.sources.patience import Patience
from runwatch.sources.reader import Elsewhere, Packed
from runwatch.sources.tail import Changed, Tail, reason_of


class Reading:
    """Reads the files that the looks found to have grown."""

    def __init__(self, looks: Looks, held: Held, patience: Patience) -> None:
        self._looks = looks
        self._held = held
        self._patience = patience

    def begin(self, tail: Tail) -> bool:
        """Whether the file is still the one that was read so far; one that is not wants a new look."""
        if tail.segment.gone and tail not in self._held:
            self._looks.due.discard(tail)
            return False
        try:
            if tail.packed or tail.starts(self._held.open(tail)):
                return True
        except (Elsewhere, FileNotFoundError):
            pass
        except OSError:
            return True  # the step will say
        self._doubt(tail)
        return False

    def step(self, tail: Tail) -> tuple[list[Item], bool]:
        """The next lines, and whether there is more to read."""
        before = tail.position
        try:
            items, more = tail.read(self._held.open(tail))
        except (Changed, Elsewhere, FileNotFoundError):
            self._doubt(tail)
            return [], False
        except OSError as error:
            self._looks.due.discard(tail)
            self._looks.again.add(tail)
            self._held.close(tail)
            return self._complaint(tail, f"cannot read: {reason_of(error)}"), False
        if tail.position > before:
            tail.complaint = ""
        return (items, True) if more else (items + self._end(tail), False)

    def _end(self, tail: Tail) -> list[Item]:
        """At the end of what there is, for now."""
        self._looks.due.discard(tail)
        self._looks.again.discard(tail)
        items = tail.last_line()
        held = self._held.open(tail)
        if isinstance(held, Packed):
            if held.unfinished and not self._patience.is_over(tail, tail.size):
                self._looks.again.add(tail)
                return items
            self._patience.end(tail)
            items += self._complaint(tail, held.fault)
            tail.taken = tail.size
        elif tail.has_room:
            self._looks.again.add(tail)
            tail.taken = tail.size  # nobody is behind for what was not written
            tail.arrived_from = min(tail.arrived_from, tail.position)
        else:
            tail.taken = tail.position
        self._held.rest(tail)
        return items

    def _complaint(self, tail: Tail, reason: str) -> list[Item]:
        """The same fault of the same file is told once."""
        if not reason or tail.complaint == reason:
            return []
        tail.complaint = reason
        return [Fault(tail.segment, None, tail.position, reason)]

    def _doubt(self, tail: Tail) -> None:
        """Let the next look compare it anew."""
        self._looks.due.discard(tail)
        self._held.close(tail) if not tail.segment.gone else None
        self._looks.doubts.add(tail.chain)
        tail.checked = (-1, -1)
