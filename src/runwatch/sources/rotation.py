"""Rotation: which file holds now what we have read of a log, and which file is new.

A name says little: `x.jsonl` may be the file we know, the same file cut to
nothing, or a new one; `x.jsonl.1` the file we know under a new name, a copy of
it, or one we never saw. So a file is known by device and inode as long as the
bytes we have read stand in it, and else by these bytes alone.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct, field

from runwatch.core.places import Segment
from runwatch.sources.chain import Chain, Identities, new_chain
from runwatch.sources.compare import Comparison, compare, stands_elsewhere
from runwatch.sources.elsewhere import packed_elsewhere
from runwatch.sources.found import Found
from runwatch.sources.held import Held
from runwatch.sources.known import contradicts, first_print, goes_on_in, holds_nothing, is_read_out, repeats
from runwatch.sources.reader import FileId
from runwatch.sources.tail import Tail

ALL_OF_IT = 1 << 62
"""Beyond the end of any file."""


class Changes(Struct):
    """What a look has brought."""

    grown: set[Tail] = field(default_factory=set)
    """To be read."""
    removed: list[Tail] = field(default_factory=list)
    truncated: list[Segment] = field(default_factory=list)


class Chains:
    """All logs, kept in step with what the looks find."""

    def __init__(self, numbers: Iterator[int], identities: Identities, held: Held) -> None:
        self.all: dict[str, Chain] = {}
        self.by_file: dict[FileId, Tail] = {}
        self.by_path: dict[str, Tail] = {}
        self.by_segment: dict[Segment, Tail] = {}
        self.known_before: set[str] = set()
        """Files that were there at the first look, but first taken for something else."""
        self._numbers = numbers
        self._identities = identities
        self._held = held
        self._changes = Changes()
        self._first = True

    def restless(self) -> set[str]:
        """Logs whose neighbours must be listed too, if they were given by name."""
        return {key for key, chain in self.all.items() if chain.is_restless}

    def compare(self, found: Iterable[Found], keys: Collection[str] | None) -> Comparison:
        """What is other than it was, with all logs or with these."""
        if keys is None:
            return compare(found, self.by_file, self.by_file.values())
        among = [tail for key in keys if key in self.all for tail in self.all[key].tails]
        return compare(found, self.by_file, among)

    def apply(self, difference: Comparison, first: bool) -> Changes:
        """Bring the logs in step with what was found."""
        self._first = first
        changes = self._changes = Changes()
        for tail in difference.broken:
            self._forget(tail)
        for tail, file in difference.same:
            self._see(tail, file)
        for tail, file in packed_elsewhere(difference, self.by_path):
            self._adopt(tail, file)
        self._begin(difference.fresh)
        for key in difference.touched & self.all.keys():
            chain, fresh = self.all[key], difference.fresh.get(key, [])
            names = {file.path for file in fresh} if chain.tails else ()
            for tail in chain.tails:
                if tail in difference.broken or tail in difference.missing:
                    self._pass_on(chain, tail, fresh, tail in difference.broken, tail.path in names)
            self._take_up(chain, fresh)
        return changes

    def grow(self, tail: Tail, size: int, mtime: int) -> bool:
        """The file has these measures now; whether they are others than before."""
        if (size, mtime) == (tail.size, tail.mtime):
            return False
        if tail.packed and not tail.behind:
            tail.arrived_from = min(tail.arrived_from, tail.position)
        tail.size, tail.mtime = size, mtime
        return True

    def _see(self, tail: Tail, file: Found) -> None:
        tail.checked = (file.size, file.mtime)
        if self.grow(tail, file.size, file.mtime) or tail.behind:  # behind: its reading was given up in doubt
            self._changes.grown.add(tail)
        if tail.path != file.path:
            self._move(tail, file)

    def _move(self, tail: Tail, file: Found) -> None:
        """The tail's bytes stand under this name now."""
        if self.by_path.get(tail.path) is tail:
            del self.by_path[tail.path]
        tail.path, tail.rank = file.path, file.name.rank
        tail.real, tail.real_shown = file.real, file.real_shown
        tail.segment.path = file.shown
        self.by_path[tail.path] = tail

    def _forget(self, tail: Tail) -> None:
        del self.by_file[tail.file]
        if self.by_path.get(tail.path) is tail:
            del self.by_path[tail.path]

    def _begin(self, fresh: dict[str, list[Found]]) -> None:
        """Logs never seen before get their names, decided among all that are known now."""
        new = [asked[0] for key, files in fresh.items()
               if key not in self.all and (asked := [file for file in files if file.asked])]  # fmt: skip
        self._identities.give(new)
        for file in new:
            self.all[file.chain] = new_chain(file, self._identities.name(file.chain))

    def _pass_on(self, chain: Chain, tail: Tail, fresh: list[Found], is_broken: bool, is_in_place: bool) -> None:
        """What we read of a file that is gone stands in another one now, or is gone with it.

        A broken one was truncated if it stands where it stood; else another file was given its inode.
        """
        start = b"" if is_broken else self._held.start(tail)
        heir = next((file for file in fresh if self._inherits(chain, tail, file, start)), None)
        if heir is not None:
            fresh.remove(heir)
            self._adopt(tail, heir)
        elif is_broken and is_in_place:
            self._end(chain, tail, "truncated")
        elif not is_broken and (status := stands_elsewhere(tail)):
            self._stay(tail, status)
        else:
            if not is_broken:
                self._forget(tail)
            self._end(chain, tail, "removed")
            self._changes.removed.append(tail)

    @staticmethod
    def _inherits(chain: Chain, tail: Tail, file: Found, start: bytes) -> bool:
        """A copy stands behind the original in the rotation, or has taken its place."""
        if file.file == tail.file or file.name.rank > tail.rank:
            return False
        is_copy = chain.copies.get(file.file) is tail and not contradicts(file, tail)
        return is_copy or goes_on_in(tail, file, start)

    def _adopt(self, tail: Tail, file: Found) -> None:
        self._held.close(tail)
        if self.by_file.get(tail.file) is tail:
            self._forget(tail)
        tail.file, tail.packed = file.file, file.name.packed
        self.by_file[tail.file] = tail
        self._move(tail, file)
        tail.size, tail.mtime = tail.checked = (file.size, file.mtime)
        tail.cut = not tail.packed and tail.size < tail.position
        if tail.cut:
            tail.head = first_print(file)
        tail.taken = tail.position
        if tail.packed:
            tail.taken = tail.size if is_read_out(tail, file) else 0
        if tail.behind:
            self._changes.grown.add(tail)

    def _end(self, chain: Chain, tail: Tail, why: str) -> None:
        tail.segment.gone = why
        chain.remove(tail)
        chain.left = max(chain.left, tail.mtime)
        if tail.lines.half and (why == "truncated" or tail not in self._held):
            chain.ended = (*chain.ended, tail)
        if why == "truncated":
            self._held.close(tail)
            self._changes.truncated.append(tail.segment)

    def _stay(self, tail: Tail, status: os.stat_result) -> None:
        """The link leads to another file now; this one is still where it was."""
        if tail.path != tail.real:
            if self.by_path.get(tail.path) is tail:
                del self.by_path[tail.path]
            tail.path, tail.segment.path = tail.real, tail.real_shown
            self.by_path[tail.path] = tail
        if self.grow(tail, status.st_size, status.st_mtime_ns):
            self._changes.grown.add(tail)

    def _take_up(self, chain: Chain, fresh: list[Found]) -> None:
        """Read the new files, but for those that repeat one we have, or another new one: so the newest come first.

        A compressed file is left alone as long as there is the plain one.
        """
        ours = [file for file in fresh if chain.follows(file)]
        if chain.tails or len(fresh) > 1:
            plain = {tail.rank for tail in chain.tails if not tail.packed}
            plain |= {file.name.rank for file in fresh if not file.name.packed}
            ours = [file for file in ours if not (file.name.packed and file.name.rank in plain)]
        for file in ours if self._first else reversed(ours):
            if not self._is_copy(chain, file):
                self._follow(chain, file)

    def _is_copy(self, chain: Chain, file: Found) -> bool:
        """One that holds nothing may be the beginning of a copy: there is nothing to read in it anyway."""
        newer = [] if self._first else [tail for tail in chain.tails if tail.rank > file.name.rank]
        if newer and holds_nothing(file):
            return True
        original = next((tail for tail in newer if repeats(file, tail)), None)
        if original is not None:
            chain.note_copy(file.file, original)
        return original is not None

    def _follow(self, chain: Chain, file: Found) -> None:
        order = chain.place(file.name.rank)
        segment = Segment(
            next(self._numbers), file.shown, chain.shown, chain.identity, order, is_plain=not file.name.packed
        )
        is_old = self._first or file.path in self.known_before
        there = (ALL_OF_IT if file.name.packed else file.size) if is_old else 0
        tail = Tail(
            segment=segment,
            chain=chain.key,
            path=file.path,
            file=file.file,
            rank=file.name.rank,
            packed=file.name.packed,
            arrived_from=there,
            size=file.size,
            mtime=file.mtime,
            checked=(file.size, file.mtime),
            real=file.real,
            real_shown=file.real_shown,
        )
        chain.add(tail)
        self.by_file[tail.file] = self.by_path[tail.path] = self.by_segment[segment] = tail
        self._changes.grown.add(tail)
