"""Several sources as one: a pipe and a directory, say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runwatch.core.places import Place, Stretch
from runwatch.sources.base import Ending, Foreseeing, Item, Progress, Source, Stretching, Waiting


class Together:
    """Reads one source after the other, waits for whichever has news first."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = tuple(sources)

    @property
    def label(self) -> str:
        """All of their labels."""
        return ", ".join(filter(None, (source.label for source in self.sources)))

    @property
    def progress(self) -> Progress:
        """All of them together, as far as they are now; added up for who asks, not for each of ten thousand files."""
        parts = [source.progress for source in self.sources]
        totals = [part.bytes_total for part in parts]
        return Progress(
            files=sum(part.files for part in parts),
            bytes_total=None if None in totals else sum(total for total in totals if total is not None),
            bytes_read=sum(part.bytes_read for part in parts),
            behind=sum(part.behind for part in parts),
            notices=tuple(notice for part in parts for notice in part.notices),
            waiting=tuple(path for part in parts for path in part.waiting),
            unreadable=tuple(pair for part in parts for pair in part.unreadable),
            is_partial=any(part.is_partial for part in parts),
            ended=all(part.ended for part in parts),
        )

    def endings(self) -> Iterator[Ending]:
        for source in self.sources:
            if isinstance(source, Foreseeing):
                yield from source.endings()

    def poll(self) -> Iterator[Item]:
        for source in self.sources:
            yield from source.poll()

    async def changed(self) -> None:
        import asyncio  # only whoever follows pays for it

        waiting = [asyncio.ensure_future(source.changed()) for source in self.sources]
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # one that failed says so here
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)  # the others end before we go on

    def wait_for_more(self) -> bool:
        """Block until more has come to one that waits; false where none does."""
        has_more = [source.wait_for_more() for source in self.sources if isinstance(source, Waiting)]
        return any(has_more)

    def rescan(self) -> None:
        for source in self.sources:
            source.rescan()

    def stretch_at(self, place: Place) -> Stretch | None:
        found = (source.stretch_at(place) for source in self.sources if isinstance(source, Stretching))
        return next((stretch for stretch in found if stretch is not None), None)

    def line_at(self, place: Place) -> bytes | None:
        lines = (source.line_at(place) for source in self.sources)
        return next((line for line in lines if line is not None), None)

    def close(self) -> None:
        for source in self.sources:
            source.close()
