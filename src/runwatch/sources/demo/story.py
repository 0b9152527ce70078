"""Which exports the demo has, what became of them in the last hours, and what happens while one watches."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec import Struct

from runwatch.core.events import Entry, QualityIssue, SchemaChanged
from runwatch.core.times import SECOND
from runwatch.sources.demo.run import Told, tell
from runwatch.sources.demo.terms import DISK_FULL, FINE, Export, Fate

LAST_BEGIN = 540.0
"""No run begins later in the story."""

EXPORTS = (
    Export(name="orders", strategy="chunked", rows=2_400_000, pieces=48, seconds=6.0, workers=4),
    Export(name="events", strategy="chunked", rows=12_000_000, pieces=240, seconds=5.0, workers=4),
    Export(name="customers", strategy="full", rows=50_000, pieces=1, seconds=9.0),
    Export(name="invoices", strategy="chunked", rows=600_000, pieces=12, seconds=6.5, workers=2),
    Export(name="users", strategy="full", rows=200_000, pieces=1, seconds=12.0, format="csv", destination="local"),
    Export(name="payments", strategy="keyset", rows=900_000, pieces=18, seconds=2.2, checks=False),
    Export(name="inventory", strategy="chunked", rows=440_000, pieces=22, seconds=3.5, workers=2, sparse=True),
    Export(name="sessions", strategy="full", rows=720_000, pieces=4, seconds=5.0, checks=False),
    Export(name="shipments", strategy="chunked", rows=480_000, pieces=16, seconds=6.0, workers=3, checks=False),
    Export(name="audit_log", strategy="incremental", rows=1_900, pieces=1, seconds=1.5, destination="local"),
)

RECOVERS = Fate(failing={7: 2})
FAILS = Fate(failing={4: 3, 5: 1}, error=DISK_FULL)
RETRIES = Fate(retries=(7.5,))
EXHAUSTED = Fate(retries=(1.1, 0.9), exhausted=True)
CAPPED = Fate(quality=(QualityIssue(severity="WARN", message="column 'id': uniqueness check capped at 40000 entries; "
    "result may be incomplete (set unique_max_entries higher to cover all rows)"),))  # fmt: skip
NULLS = Fate(quality=(
    QualityIssue(severity="FAIL", message="column 'email': null ratio 0.1428 exceeds threshold 0.0500"),
    QualityIssue(severity="FAIL", message="column 'id': 1000 duplicate values out of 50000 rows"),
))  # fmt: skip
DRIFTS = Fate(schema=SchemaChanged(added=("utm_source (Utf8)",), removed=("referrer",),
                                   type_changed=(("duration", "Int32", "Float64"),)))  # fmt: skip
MISSES_ROWS = Fate(missing_rows=777)
SKIPPED = Fate(skipped=True)
REFUSED = Fate(refused='db error: ERROR: column "last_seen_at" does not exist')
KILLED = Fate(killed_at=23.0)
KILLED_LEASED = Fate(killed_at=23.0, leased=True)
PRESSED = Fate(failing={57: 1, 71: 2}, governor=((110.0, 3), (121.0, 2), (154.0, 3), (171.0, 4)))

PAST: dict[str, tuple[Fate, ...]] = {
    "orders": (FINE, RECOVERS, FAILS, FINE),
    "events": (FINE, PRESSED),
    "customers": (FINE, NULLS, CAPPED, FINE),
    "invoices": (FINE, FINE, MISSES_ROWS, FINE),
    "users": (FINE, REFUSED, FINE, FINE),
    "payments": (FINE, EXHAUSTED, RETRIES, FINE),
    "inventory": (FINE, FINE, FINE, FINE),
    "sessions": (FINE, DRIFTS, FINE),
    "shipments": (FINE, FINE, KILLED, FINE),
    "audit_log": (SKIPPED, FINE, SKIPPED),
}
"""What became of the runs of the last hours, oldest first."""

SCENES: dict[str, tuple[tuple[float, Fate], ...]] = {
    "orders": ((-22.0, RECOVERS),),
    "events": ((-95.0, PRESSED), (252.0, Fate(governor=((90.0, 3), (140.0, 4)), failing={120: 1}))),
    "customers": ((14.0, CAPPED), (95.0, NULLS)),
    "invoices": ((6.0, FAILS), (80.0, Fate(resumed_at=4))),
    "users": ((34.0, FINE),),
    "payments": ((20.0, RETRIES),),
    "inventory": ((9.0, MISSES_ROWS),),
    "sessions": ((30.0, DRIFTS),),
    "shipments": ((16.0, KILLED), (125.0, KILLED_LEASED), (230.0, Fate(resumed_at=9))),
    "audit_log": ((4.0, SKIPPED), (64.0, FINE)),
}
"""(second of the story, fate): what everybody gets to see. Those below 0 are under way when one begins to watch."""

CHANCES = (
    (62, FINE), (12, RECOVERS), (6, FAILS), (8, RETRIES), (4, CAPPED), (3, DRIFTS), (3, MISSES_ROWS), (2, KILLED),
)  # fmt: skip
"""What befalls the runs after those, weighed."""


class Story(Struct, frozen=True):
    """The whole demo: every entry with the export whose log it goes to."""

    seed: int
    start_ns: int
    pace: float
    """Seconds on the clock for one of the story's."""

    def past(self) -> Iterator[Entry]:
        """The finished runs of the last hours, at their real speed."""
        for place, export in enumerate(EXPORTS):
            fates = PAST[export.name]
            for number, fate in enumerate(fates):
                minutes = 75 * (len(fates) - 1 - number) + 70 - 6 * place
                rng = Random(f"{self.seed}/{export.name}/past/{number}")
                begin = -60.0 * minutes + rng.uniform(-50.0, 50.0)
                yield from self._run(export, fate, begin, rng, observed=False).entries

    def present(self) -> Iterator[Entry]:
        """What happens while one watches: the scenes of each export, then runs until the story ends."""
        for export in EXPORTS:
            rng = Random(f"{self.seed}/{export.name}/present")
            free = 0.0
            for begin, fate in SCENES[export.name]:
                told = self._run(export, fate, begin + rng.random(), rng)
                yield from told.entries
                free = begin + told.seconds
            pause = (8.0, 25.0) if export.pieces > 1 else (40.0, 80.0)
            while (begin := free + rng.uniform(*pause)) < LAST_BEGIN:
                told = self._run(export, self._chance(export, rng), begin, rng)
                yield from told.entries
                free = begin + told.seconds

    def _chance(self, export: Export, rng: Random) -> Fate:
        if export.strategy == "incremental":
            return rng.choice((SKIPPED, FINE))
        (fate,) = rng.choices([fate for _, fate in CHANCES], [weight for weight, _ in CHANCES])
        return fate

    def _run(self, export: Export, fate: Fate, begin: float, rng: Random, *, observed: bool = True) -> Told:
        pace = self.pace if observed else 1.0
        begin_ns = self.start_ns + round(begin * pace * SECOND)
        return tell(export, fate, begin_ns, rng, pace=pace, observed=observed)
