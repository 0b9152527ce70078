"""What became of a file that was compressed under a name of another log.

logrotate does so with `olddir` and with `extension`; a name tells nothing there,
so only a copy of all that was read of a file is taken for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runwatch.sources.compare import Comparison
from runwatch.sources.found import Found
from runwatch.sources.known import goes_on_in, is_read_out
from runwatch.sources.tail import Tail


def packed_elsewhere(difference: Comparison, by_path: Mapping[str, Tail]) -> Iterator[tuple[Tail, Found]]:
    """Files that are gone, and where they stand now. While a copy is being made it is left alone."""
    for key, files in list(difference.fresh.items()):
        for file in [file for file in files if file.name.packed]:
            plain = by_path.get(file.path.removesuffix(f".{file.name.packed}"))
            if plain is not None and plain.chain != key and plain not in difference.missing:
                files.remove(file)
            elif tail := next((tail for tail in difference.missing if _is_all_of(tail, file)), None):
                files.remove(file)
                difference.missing.remove(tail)
                yield tail, file
        if not files:
            del difference.fresh[key]


def _is_all_of(tail: Tail, found: Found) -> bool:
    """Whether a compressed file of another log holds what we have read, no more and no less."""
    if not tail.position or found.chain == tail.chain:
        return False
    return is_read_out(tail, found) and goes_on_in(tail, found, b"")
