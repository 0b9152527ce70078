"""What a look found, beside what was known before it."""

from __future__ import annotations

import os
from collections.abc import Collection, Container, Iterable

from msgspec import Struct, field

from runwatch.sources.found import Found, file_id, is_out_of_reach
from runwatch.sources.known import is_as_read
from runwatch.sources.reader import FileId
from runwatch.sources.tail import Tail


class Comparison(Struct):
    """The difference between a look and what was known."""

    same: list[tuple[Tail, Found]] = field(default_factory=list)
    """Files that hold what we read, but have grown, or another name."""
    broken: set[Tail] = field(default_factory=set)
    """Those whose file is there, but no longer holds what we read."""
    missing: set[Tail] = field(default_factory=set)
    """Those whose file was not found."""
    fresh: dict[str, list[Found]] = field(default_factory=dict)
    """Files that hold nothing we know, by their log: the oldest first, a plain one before one compressed."""

    @property
    def unsettled(self) -> set[str]:
        """Logs that want a thorough look: a file of theirs is not there as it was."""
        return {tail.chain for tail in self.broken} | {
            tail.chain for tail in self.missing if not stands_elsewhere(tail)
        }

    @property
    def touched(self) -> set[str]:
        """Logs with other files than before."""
        return {*self.fresh, *(tail.chain for tail in self.broken), *(tail.chain for tail in self.missing)}

    def begins_packed(self, known: Container[str]) -> bool:
        """Whether a log never seen begins with a compressed file: it may be what became of another log's."""
        return any(files[0].name.packed for key, files in self.fresh.items() if key not in known)


def compare(found: Iterable[Found], known: dict[FileId, Tail], among: Collection[Tail]) -> Comparison:
    """Tell the files apart. `among` are those that the look was to find."""
    difference = Comparison()
    files = _one_name_each(found, known)
    for file in files.values():
        tail = known.get(file.file)
        if tail is None:
            difference.fresh.setdefault(file.chain, []).append(file)
        elif (file.size, file.mtime) == tail.checked and file.path == tail.path:
            continue
        elif is_as_read(tail, file):
            difference.same.append((tail, file))
        else:
            difference.broken.add(tail)
            difference.fresh.setdefault(file.chain, []).append(file)
    for fresh in difference.fresh.values():
        fresh.sort(key=lambda file: (file.name.rank, file.name.packed))
    difference.missing = {tail for tail in among if tail.file not in files and not _is_out_of_reach(tail)}
    return difference


def _is_out_of_reach(tail: Tail) -> bool:
    """One that a link led to is looked for by its own name elsewhere."""
    return is_out_of_reach(tail.path, tail.file) and not stands_elsewhere(tail)


def stands_elsewhere(tail: Tail) -> os.stat_result | None:
    """A link led to it, and leads elsewhere now: the file itself, if it is still there."""
    if not tail.real:
        return None
    try:
        status = os.stat(tail.real)
    except OSError:
        return None
    return status if file_id(status) == tail.file else None


def _one_name_each(found: Iterable[Found], known: dict[FileId, Tail]) -> dict[FileId, Found]:
    """A file reached by two paths is read once, under the name it has already, else under that which is no link."""

    def merit(file: Found) -> tuple[bool, bool, bool]:
        tail = known.get(file.file)
        return tail is not None and file.path == tail.path, file.asked, not file.real

    files: dict[FileId, Found] = {}
    for file in found:
        other = files.setdefault(file.file, file)
        if other is not file and merit(file) > merit(other):
            files[file.file] = file
    return files
