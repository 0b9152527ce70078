"""What a source has given, laid out line by line, and checked against its own promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from runwatch.core.places import Place, Segment
from runwatch.sources.base import Block, Document, Fault, Item, Source
from runwatch.sources.files import FileSource


@dataclass
class Line:
    segment: Segment
    number: int
    offset: int
    text: bytes
    arrived: bool

    @property
    def place(self) -> Place:
        return Place(self.segment, self.number, 0, self.offset)


@dataclass
class Seen:
    """Polls a source, and keeps what came."""

    source: Source
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    all: ClassVar[list[Seen]] = []
    """To be closed behind each test."""

    def __post_init__(self) -> None:
        self.all.append(self)

    def poll(self) -> list[bytes]:
        """The lines that this poll brought, in the order they came."""
        before = len(self.lines)
        self.take(self.source.poll())
        return [line.text for line in self.lines[before:]]

    def take(self, items: Iterable[Item]) -> None:
        for item in items:
            if isinstance(item, Block):
                self.lines = [line for line in self.lines if line.segment is not item.instead_of]
                self.blocks.append(item)
                self.lines += lines_of(item)
            elif isinstance(item, Document):
                self.documents.append(item)
            else:
                self.faults.append(item)

    @property
    def files(self) -> FileSource:
        return files_of(self.source)

    @property
    def texts(self) -> list[bytes]:
        """All lines: logs by path, their files oldest first."""
        return [line.text for line in sorted(self.lines, key=lambda line: (line.segment.chain, line.segment.order))]

    @property
    def paths(self) -> list[str]:
        """The files read, under the names they have now."""
        return sorted({line.segment.path for line in self.lines})

    @property
    def reasons(self) -> list[str]:
        return [f"{fault.segment.path}:{fault.line}: {fault.reason}" for fault in self.faults]

    def open_again(self) -> int:
        """Every line opens to itself, unless its file is gone; how many did."""
        opened = 0
        for line in self.lines:
            text = self.source.line_at(line.place)
            if line.segment.gone:
                assert text is None, line
            else:
                assert text == line.text, (line, text)
                opened += 1
        return opened


def lines_of(block: Block) -> list[Line]:
    """The block's lines, each with its number and its position in the file."""
    texts = block.data.split(b"\n")
    if block.data.endswith(b"\n"):
        texts.pop()
    found, offset = [], block.offset
    for number, text in enumerate(texts, block.line):
        found.append(Line(block.segment, number, offset, text.removesuffix(b" "), block.arrived))
        offset += len(text) + 1
    return found


def files_of(source: Source) -> FileSource:
    """The part of a source that reads files."""
    (files,) = [part for part in getattr(source, "sources", (source,)) if isinstance(part, FileSource)]
    return files


def after_next_look(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """Between the next look at files and the reading of what it found."""
    look = FileSource._look

    def look_and_then(source: FileSource) -> None:
        look(source)
        monkeypatch.setattr(FileSource, "_look", look)
        then()

    monkeypatch.setattr(FileSource, "_look", look_and_then)
