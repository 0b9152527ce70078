"""Blocks decoded: by this process when they are fed, or by another one that reads ahead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from runwatch.core.bulk.block import PAD
from runwatch.core.bulk.decode import SIGNS, Columns, decode_bulk
from runwatch.core.bulk.heads import Heads


class Text(Protocol):
    """Bytes that can be cut."""

    def __getitem__(self, part: slice, /) -> bytes: ...


class Decoded(NamedTuple):
    """A block, and what its lines say."""

    data: Text
    begin: int
    """Where in `data` its first line begins,"""
    end: int
    """and where its last one ends."""
    columns: Columns | None
    """None where that is left to whoever takes it."""
    heads: Sequence[tuple[str, str]]
    """run_id and export_name of what lines begin with, by number (`bulk/heads.py`): one list a reader, which grows."""


def decoded(blocks: Sequence[bytes], heads: Heads) -> Decoded:
    """Blocks that stand one behind the other."""
    data = b"".join((*blocks, _end(blocks), PAD))
    return Decoded(data, 0, len(data) - len(PAD), decode_bulk(data, heads, _signs(blocks)), heads.names)


def decoded_in(room: memoryview, blocks: Sequence[bytes], heads: Heads) -> tuple[int, Columns]:
    """The same in memory that has room for them and `PAD`: how many bytes, and what they say."""
    size = 0
    for block in (*blocks, _end(blocks), PAD):
        room[size : size + len(block)] = block
        size += len(block)
    return size - len(PAD), decode_bulk(room[:size], heads, _signs(blocks))


def _end(blocks: Sequence[bytes]) -> bytes:
    return b"" if blocks[-1].endswith(b"\n") else b"\n"


def _signs(blocks: Sequence[bytes]) -> list[bytes]:
    return [sign for sign in SIGNS if any(sign in block for block in blocks)]
