"""Files that hold one journal document each: `*.json`.

Of the `.json` files in a directory most are none of ours and passed over in
silence. One given by name is always read, and as lines if it is no document.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from enum import Enum

import orjson
from msgspec import Struct

from runwatch.core.places import Place, Segment
from runwatch.sources.again import Entries
from runwatch.sources.base import Document, Fault, Item
from runwatch.sources.chain import Identities
from runwatch.sources.found import Found, is_out_of_reach
from runwatch.sources.lines import is_whole_json
from runwatch.sources.patience import Patience
from runwatch.sources.reader import PRINT, open_file
from runwatch.sources.tail import reason_of

LARGEST = 256 << 20
"""Bytes; a larger document is refused."""


class Kind(Enum):
    """What a `.json` file turns out to be."""

    DOCUMENT = "a journal document"
    OTHER = "none of ours"
    LINES = "lines"
    UNFINISHED = "a document that does not parse, or not yet"


class _File(Struct, eq=False):
    found: Found
    arrived: bool
    segment: Segment | None = None
    given: int | None = None
    """Hash of the bytes given last: a file that was only touched is not given again."""
    complaint: str = ""
    is_open_question: bool = False
    """To be read again at the next look, whether it has changed or not."""


class Documents:
    """The `.json` files that the looks found."""

    def __init__(self, numbers: Iterator[int], identities: Identities, patience: Patience) -> None:
        self.lines: dict[str, bool] = {}
        """Files given by name that are no documents, so that somebody else must read them; and whether they are new."""
        self.due: set[str] = set()
        """To be read."""
        self._files: dict[str, _File] = {}
        self._by_segment: dict[Segment, _File] = {}
        self._numbers = numbers
        self._identities = identities
        self._patience = patience
        self._entries = Entries()

    def reads(self, found: Found) -> bool:
        """Whether this file is for us."""
        return found.path.endswith(".json") and found.path not in self.lines

    def measures(self) -> Iterator[tuple[Segment, int, bool]]:
        """Each document with its size, and whether it was read."""
        for segment, file in self._by_segment.items():
            yield segment, file.found.size, file.found.path not in self.due

    def measure(self, path: str) -> tuple[Segment, int] | None:
        """The document that a file turned out to be, and its size."""
        file = self._files.get(path)
        return None if file is None or file.segment is None else (file.segment, file.found.size)

    def newest(self, path: str) -> int:
        """When it was written to."""
        return self._files[path].found.mtime

    def reconcile(self, found: Collection[Found], keys: Collection[str] | None, first: bool) -> list[Segment]:
        """Note what is new, of all files or of those of `keys`; returns the documents that are gone."""
        there = {file.path: file for file in self._one_name_each(found)}
        for path, file in there.items():
            known = self._files.get(path)
            if known is None:
                self._files[path] = _File(file, arrived=not first)
                self.due.add(path)
            elif known.is_open_question or _stamp(known.found) != _stamp(file):
                known.arrived = known.arrived or _stamp(known.found) != _stamp(file)
                known.found = file
                self.due.add(path)
        among = self._files if keys is None else self._files.keys() & set(keys)
        gone = [path for path in among if path not in there and not is_out_of_reach(path, self._files[path].found.file)]
        return [segment for path in gone if (segment := self._forget(path)) is not None]

    def step(self, path: str) -> list[Item]:
        """Read one file that is due."""
        self.due.discard(path)
        file = self._files[path]
        file.is_open_question = False
        try:
            data = self._journal_text(file)
        except FileNotFoundError:
            return []
        except OSError as error:
            return self._complain(file, f"cannot read: {reason_of(error)}", ask_again=True)
        except _TooLarge as error:
            return self._complain(file, f"document larger than 256 MiB ({error} bytes)")
        return [] if data is None else self._judged(file, data)

    def line_at(self, place: Place) -> bytes | None:
        """One entry's own JSON."""
        file = self._by_segment.get(place.segment)
        if file is None or place.segment.gone or not place.entry:
            return None
        try:
            return self._entries.json(file.found, place.entry, lambda: _read(file.found.path))
        except (OSError, _TooLarge):
            return None

    def _one_name_each(self, found: Collection[Found]) -> Collection[Found]:
        """A document reached by two paths is read once."""
        files: dict[object, Found] = {}
        for file in found:
            other = files.setdefault(file.file, file)
            if (file.path in self._files, file.named) > (other.path in self._files, other.named):
                files[file.file] = file
        return files.values()

    def _forget(self, path: str) -> Segment | None:
        self.due.discard(path)
        self._patience.end(path)
        segment = self._files.pop(path).segment
        if segment is not None:
            segment.gone = "removed"
        return segment

    def _journal_text(self, file: _File) -> bytes | None:
        """The whole text, or None where a first glance says that it is none of ours."""
        if not file.found.named:
            with open(open_file(file.found.path), "rb") as held:
                if not looks_like_journal(held.read(PRINT)):
                    self._patience.end(file.found.path)
                    return None
        return _read(file.found.path)

    def _judged(self, file: _File, data: bytes) -> list[Item]:
        kind, reason = kind_of(data, file.found.named)
        path = file.found.path
        if kind is Kind.UNFINISHED:
            if not data or not self._patience.is_over(path, len(data)):
                file.is_open_question = bool(data)
                return []
            kind = Kind.LINES if file.found.named and not looks_like_journal(data[:PRINT]) else kind
        self._patience.end(path)
        if kind is Kind.LINES:
            self._forget(path)
            self.lines[path] = file.arrived
            return []
        if kind is Kind.UNFINISHED:
            return self._complain(file, f"not a whole JSON document ({reason})")
        return self._document(file, data) if kind is Kind.DOCUMENT else []

    def _document(self, file: _File, data: bytes) -> list[Item]:
        if file.given == hash(data):
            return []
        file.given, file.complaint = hash(data), ""
        return [Document(self._segment(file), data, file.arrived)]

    def _complain(self, file: _File, reason: str, ask_again: bool = False) -> list[Item]:
        file.is_open_question = ask_again
        if file.complaint == reason:
            return []
        file.complaint = reason
        return [Fault(self._segment(file), None, 0, reason)]

    def _segment(self, file: _File) -> Segment:
        if file.segment is None:
            found = file.found
            self._identities.give([found])
            identity = self._identities.name(found.chain)
            file.segment = Segment(next(self._numbers), found.shown, found.shown, identity, document=True)
            self._by_segment[file.segment] = file
        return file.segment


class _TooLarge(Exception):
    """A file beyond what is read as one document."""


def looks_like_journal(start: bytes) -> bool:
    """Whether a file that begins so is meant to be a journal document."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"{") and (b'"entries"' in text or b'"run_id"' in text)


def is_log(path: str) -> bool:
    """Whether this file is a log by its name, or a `.json` that begins as a journal does."""
    if not path.endswith(".json"):
        return True
    try:
        with open(open_file(path), "rb") as held:
            return looks_like_journal(held.read(PRINT))
    except OSError:
        return True  # nobody can say


def kind_of(data: bytes, named: bool) -> tuple[Kind, str]:
    """What this text is, and why it does not parse if it does not."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        first, newline, _ = data.partition(b"\n")
        return (Kind.LINES if named and newline and is_whole_json(first) else Kind.UNFINISHED), str(error)
    if isinstance(value, dict) and isinstance(value.get("entries"), list):
        return Kind.DOCUMENT, ""
    if not named:
        return Kind.OTHER, ""
    return (Kind.DOCUMENT if b"\n" in data.strip() else Kind.LINES), ""


def _read(path: str) -> bytes:
    """The text, without a byte order mark."""
    with open(open_file(path), "rb") as held:
        size = os.fstat(held.fileno()).st_size
        if size > LARGEST:
            raise _TooLarge(str(size))
        return held.read(LARGEST).removeprefix(b"\xef\xbb\xbf")


def _stamp(found: Found) -> tuple[object, int, int]:
    return found.file, found.size, found.mtime
