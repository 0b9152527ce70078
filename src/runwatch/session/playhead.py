"""The moment that is shown, and how it moves: with the clock, held still, or through recorded time at a rate.

Live is "now". Whoever holds the playhead holds the moment: reading goes on,
the present goes on, the screen does not. A playhead that was given a span
never is live: its time is all in the past, and in the user's hand.
"""

from __future__ import annotations

from msgspec import Struct

from runwatch.core.order import Order
from runwatch.core.times import SECOND
from runwatch.session.clock import Clock

RATES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Times as fast as it was."""
IDLE, KEPT = 5 * SECOND, 1 * SECOND
"""Viewing time: a silence that would last longer than the first is shortened to the second."""


class Anchor(Struct, frozen=True):
    """Exactly so many positions of one run: equal stamps keep the order of the log."""

    run_id: str
    stop: int
    order: Order
    """The order that they are positions of; a run that was put in order anew has another."""


class Playhead:
    """Times are in ns since 1970."""

    def __init__(self, clock: Clock, *, recorded: bool = False, rate: float = 10) -> None:
        """`recorded`: never live, but somewhere between the ends that `set_span` gives it."""
        self._clock = clock
        self.is_recorded = recorded
        self.rate = rate
        self.skips_idle = True
        self.span: tuple[int, int] | None = None
        """First and last moment, where recorded."""
        self.anchor: Anchor | None = None
        self.skipped = 0
        """ns of silence that the last skip left out."""
        self._held: int | None = None
        """The moment held or played from; None is live, or nothing to show yet."""
        self._since: int | None = None
        """Ticks at which playing began from there."""

    # ------------------------------------------------------------------------------------------------ where it is

    @property
    def is_live(self) -> bool:
        """What is shown is the present."""
        return self._held is None and not self.is_recorded

    @property
    def is_playing(self) -> bool:
        """Recorded time runs."""
        return self._since is not None and not self.is_at_end

    @property
    def is_at_end(self) -> bool:
        """Recorded time has nowhere to go."""
        return self.is_timeless or (self.span is not None and self.now() >= self.span[1])

    @property
    def is_timeless(self) -> bool:
        """Recorded, and nothing that was read has a time: only events can be gone by."""
        return self.is_recorded and self.span is None

    def present(self) -> int:
        """What the machine's clock says, whatever is shown."""
        return self._clock.now()

    def now(self) -> int:
        """The moment shown."""
        if self._held is None:
            return self._clock.now() if self.span is None else self.span[0]
        if self._since is None:
            return self._held
        moment = self._held + round((self._clock.ticks() - self._since) * self.rate)
        return moment if self.span is None else min(moment, self.span[1])

    # ------------------------------------------------------------------------------------------------ how it moves

    def set_span(self, first: int, last: int) -> None:
        """Recorded time begins and ends here; it may grow."""
        self.span = (first, last)
        self._held = first if self._held is None else self._held

    def hold(self, moment: int | None = None, anchor: Anchor | None = None) -> None:
        """Stand still: at this moment, or at the one shown."""
        shown = self.now()
        self._held, self._since = self._bounded(shown if moment is None else moment), None
        self.anchor = anchor if moment is not None else self.anchor
        self.skipped = 0

    def seek(self, moment: int, anchor: Anchor | None = None) -> None:
        """Go there; what played goes on playing, everything else stands still."""
        was_playing = self._since is not None
        self.hold(moment, anchor)
        if was_playing:
            self.play()

    def play(self) -> None:
        """Let recorded time run, from the start if it was at the end; where there is a present, go back to it."""
        if not self.is_recorded:
            self._held = self._since = self.anchor = None
            return
        if self.is_timeless:
            return
        if self.span is not None and self.is_at_end:
            self.hold(self.span[0])
        self._held = self.now()
        self._since = self._clock.ticks()
        self.anchor = None

    def set_rate(self, rate: float) -> None:
        """From here on so many times as fast as it was."""
        if self._since is not None:
            self._held, self._since = self.now(), self._clock.ticks()
        self.rate = rate

    def faster(self, step: int = 1) -> None:
        """The next rate up; -1 for the next one down."""
        others = [rate for rate in RATES if (rate > self.rate if step > 0 else rate < self.rate)]
        if others:
            self.set_rate(others[0] if step > 0 else others[-1])

    def skip_to(self, following: int | None) -> None:
        """Shorten the silence before the `following` moment, None where no event follows."""
        if following is None or not self.skips_idle or self._since is None:
            return
        now = self.now()
        if following - now > IDLE * self.rate:
            target = following - round(KEPT * self.rate)
            self._held, self._since, self.skipped = target, self._clock.ticks(), target - now

    def _bounded(self, moment: int) -> int:
        return moment if self.span is None else max(self.span[0], min(moment, self.span[1]))
