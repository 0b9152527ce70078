"""Which source reads what: the one table of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runwatch.sources.base import Item, Source


def open_source(paths: Sequence[str], *, poll: bool = False, cwd: str = "") -> Source:
    """The source for these PATHs; relative ones are below `cwd`, else below where we stand."""
    from runwatch.sources.files import FileSource

    return FileSource(paths, poll=poll, cwd=cwd)


def read_to_end(source: Source) -> Iterator[Item]:
    """All there is, once."""
    yield from source.poll()
