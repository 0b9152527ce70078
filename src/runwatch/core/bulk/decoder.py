"""Who decodes blocks: this process, or another one while this one takes in what came before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from runwatch.core.bulk.block import PAD
from runwatch.core.bulk.decode import Columns, decode_bulk
from runwatch.core.bulk.heads import Heads


class Text(Protocol):
    """Bytes that can be cut."""

    def __getitem__(self, part: slice, /) -> bytes: ...


class Decoded(NamedTuple):
    """A block, and what its lines say; both hold until the next block is asked for."""

    data: Text
    begin: int
    """Where in `data` its first line begins,"""
    end: int
    """and where its last one ends."""
    columns: Columns | None
    """None where that could not be told."""


class Decoder(Protocol):
    """Takes blocks, and gives them back decoded, in their order."""

    most: int
    """Blocks it may have at a time, at least one."""

    @property
    def heads(self) -> Sequence[tuple[str, str]]:
        """run_id and export_name of what lines begin with, by number (`bulk/heads.py`)."""
        ...

    def put(self, blocks: Sequence[bytes]) -> bool:
        """Decode whole lines; false where they are too long for it."""
        ...

    @property
    def is_done(self) -> bool:
        """The next one is there."""
        ...

    def get(self) -> Decoded:
        """The next one, waited for."""
        ...


class Here:
    """Decodes one when it is asked for."""

    most = 1
    is_done = True

    def __init__(self) -> None:
        self.known = Heads()
        self._data = b""

    @property
    def heads(self) -> list[tuple[str, str]]:
        return self.known.names

    def put(self, blocks: Sequence[bytes]) -> bool:
        self._data = b"".join((*blocks, b"" if blocks[-1].endswith(b"\n") else b"\n", PAD))
        return True

    def get(self) -> Decoded:
        data, self._data = self._data, b""
        return Decoded(data, 0, len(data) - len(PAD), decode_bulk(data, self.known))
