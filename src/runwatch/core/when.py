"""WHEN: a moment as a user names it, and where it cuts a run.

A time, an offset from the run's start (`+90s`) or end (`-5m`), a share
(`50%`), or an event number (`1200`, `#1200`). Each run has its own start, end
and numbers. See PRODUCT.md, "Commands".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta, tzinfo

from msgspec import Struct

from runwatch.core.durations import LONGEST, parse_duration
from runwatch.core.index import NEVER, RunLog
from runwatch.core.run import NOWHERE, RunState
from runwatch.core.times import SECOND, digits_of, parse_time

_TO_THE_MINUTE = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d)([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{4}-\d\d-\d\d)[T ])?(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?", re.ASCII)
EXAMPLES = "a time (2026-11-23T14:03:00Z, 14:03), +90s, -5m, 50% or an event number"


class Cut(Struct, frozen=True):
    """Where a moment cuts one run."""

    stop: int
    """Positions before it."""
    time: int | None
    """T in ns; None where the run has no time."""
    digits: int = 9

    def now(self, otherwise: int) -> int:
        """T, or `otherwise` where it has none."""
        return otherwise if self.time is None else self.time


class When(Struct, frozen=True):
    """A moment; each subclass is one way to name it."""

    def cut(self, log: RunLog, state: RunState) -> Cut:
        """Where it cuts the run whose whole log and state these are."""
        raise NotImplementedError

    def _at(self, log: RunLog, moment: int) -> Cut:
        if log.moments and log.moments[0] == NEVER:  # a run without any time belongs to every T
            return Cut(len(log.order), moment, digits_of(moment))
        return Cut(log.positions_until(moment), moment, digits_of(moment))


class Instant(When, frozen=True):
    """One instant for all runs; ns since 1970."""

    moment: int

    def cut(self, log: RunLog, state: RunState) -> Cut:
        """The positions not after it."""
        return self._at(log, self.moment)


class Offset(When, frozen=True):
    """From the run's start, or before its end; ns."""

    length: int
    from_end: bool

    def cut(self, log: RunLog, state: RunState) -> Cut:
        """The positions not after it; all of a run without any time."""
        ends = span_of(log, state)
        if ends is None:
            return Cut(len(log.order), None)
        return self._at(log, ends[1] - self.length if self.from_end else ends[0] + self.length)


class Share(When, frozen=True):
    """A share of the run's time, 0 to 1."""

    share: float

    def cut(self, log: RunLog, state: RunState) -> Cut:
        """The positions not after it; all of a run without any time."""
        ends = span_of(log, state)
        if ends is None:
            return Cut(len(log.order), None)
        return self._at(log, ends[1] if self.share >= 1 else ends[0] + int((ends[1] - ends[0]) * self.share))


class Stop(When, frozen=True):
    """After the first `stop` positions of one run, at `moment` (None where it has no time)."""

    stop: int
    moment: int | None

    def cut(self, log: RunLog, state: RunState) -> Cut:
        """Those positions, and no equals in time behind them."""
        stop = min(self.stop, len(log.order))
        return Cut(stop, self.moment, log.digits_at(stop - 1) if stop else 9)


class Number(When, frozen=True):
    """After the first n events of the run, not their equals in time behind them."""

    number: int

    def cut(self, log: RunLog, state: RunState) -> Cut:
        """Behind the n-th event; beyond the last it is the last."""
        count = min(self.number, state.events)
        if count <= 0:
            return Cut(0, None)
        position = log.position_of(count)
        moment = log.moment(position)
        return Cut(position + 1, moment, log.digits_at(position))


def ends(state: RunState) -> tuple[int, int]:
    """Positions of the run's first and last entry, `ProducerSeen` apart unless there is nothing else."""
    if state.first_heard == NOWHERE:
        return 0, state.positions - 1
    return state.first_heard, state.last_heard


def span_of(log: RunLog, state: RunState) -> tuple[int, int] | None:
    """The moments of the run's first and last entry; None where it has no time."""
    first, last = ends(state)
    if last < 0 or log.moments[last] == NEVER:
        return None
    return log.moments[first], log.moments[last]


def parse_when(text: str, zone: tzinfo, last_moments: Iterable[int]) -> When:
    """What a user wrote as WHEN. ValueError with a sentence for anything else.

    `zone` serves where the text names none; `last_moments` are the last moments of
    all runs read: a time of day is its latest occurrence not after the last of them.
    """
    text = text.strip()
    if re.fullmatch(r"#?\d+", text, re.ASCII):
        digits = text.lstrip("#").lstrip("0")
        return Number(int(digits or "0") if len(digits) <= 18 else LONGEST)  # beyond the last is the last
    if re.fullmatch(r"\d+(\.\d+)?\s?%", text, re.ASCII):
        return Share(min(float(text.rstrip("% ")) / 100, 1.0))
    if text[:1] in ("+", "-"):
        return Offset(parse_duration(text[1:]), text[0] == "-")
    exact = parse_time(text)
    if exact is not None:
        return Instant(exact[0])
    exact = parse_time(_TO_THE_MINUTE.sub(r"\1:59.999999999\2", text))
    if exact is not None:
        return Instant(exact[0])
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no moment; write {EXAMPLES}")
    return Instant(_clock_time(match, zone, max(last_moments, default=0)))


def _clock_time(match: re.Match[str], zone: tzinfo, last: int) -> int:
    """ns of a time that leaves the zone, the day or the seconds to us."""
    day, hour, minute, second, fraction = match.groups()
    try:
        clock = time(int(hour), int(minute), int(second or 0))
        start = datetime.fromtimestamp(last // SECOND, zone)
        stamp = datetime.combine(datetime.fromisoformat(day).date() if day else start.date(), clock, zone)
    except ValueError as error:
        raise ValueError(f"{match.group()!r} is no time: {error}") from None
    moment = _ns(stamp, fraction)
    if not day:
        # an hour that the clock passes twice (the end of summer time) has two occurrences a day
        days = (stamp, stamp - timedelta(days=1))
        occurrences = [_ns(day.replace(fold=fold), fraction) for day in days for fold in (0, 1)]
        moment = max((at for at in occurrences if at <= last), default=moment)
    if not -LONGEST <= moment < LONGEST - 60 * SECOND:
        raise ValueError(f"{match.group()!r} is too far away; the years 1678 to 2261 can be told")
    return moment if second else moment + 60 * SECOND - 1


def _ns(stamp: datetime, fraction: str | None) -> int:
    return int(stamp.timestamp()) * SECOND + int((fraction or "").ljust(9, "0"))
