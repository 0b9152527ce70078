"""The stage's answer as the plain data that the widgets draw, and where each of them stands: pure."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import tzinfo

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.chunk import bounds_of, key_words
from runwatch.answers.estimate import chunk_duration
from runwatch.answers.glyphs import CHUNK_WORDS
from runwatch.answers.lanes import STATES, Lane, chunk_mark
from runwatch.answers.notable import Notable
from runwatch.answers.stage import LANES_AT_MOST, Stage
from runwatch.answers.view import Mark, Tone
from runwatch.core.runs import Moment
from runwatch.ui.line import Bit, Line, cut_line, fit_line, spread, width_of
from runwatch.ui.plain import is_plain
from runwatch.ui.safe import bit, line_text, mark_bit
from runwatch.ui.where import where_bits, widest
from runwatch.ui.widgets.chunk_layout import LANES_FROM, ChunkMapView
from runwatch.ui.widgets.lanes import LaneRow, LaneSpan
from runwatch.ui.widgets.time_bar import TimeBarView, TimeMark

TIME = 14
WHAT = 22
_LEAN = 56
"""Narrower than this a notable event has no evidence and no milliseconds."""


def map_view(stage: Stage) -> ChunkMapView:
    """The chunks; lanes only where the time axis is known."""
    known = stage.start is not None and stage.end is not None
    return ChunkMapView(
        states=stage.states,
        indexes=stage.indexes,
        counts=tuple((STATES.index(mark), number) for mark, number in stage.counts),
        lanes=_lanes(stage) if known else (),
        start=stage.start or 0,
        end=stage.end or 0,
        starts_known=stage.starts_known,
    )


def _lanes(stage: Stage) -> tuple[LaneRow, ...]:
    """One a chunk; those that are only known to be planned have an empty one."""
    if not stage.lanes or len(stage.states) > LANES_AT_MOST:
        return ()
    known = {lane.chunk_index: lane for lane in stage.lanes}
    pending = STATES.index(Mark.PENDING)
    return tuple(
        _lane(known[index], stage.now) if index in known else LaneRow(index, pending, ()) for index in stage.indexes
    )


def _lane(lane: Lane, now: int | None) -> LaneRow:
    """What is under way reaches to the moment shown, not beyond."""
    ends = (now if span.outcome == "running" else span.end for span in lane.spans)
    spans = tuple(LaneSpan(span.start, end, span.outcome) for span, end in zip(lane.spans, ends, strict=True))
    return LaneRow(lane.chunk_index, STATES.index(lane.state), spans, lane.rows, lane.took, lane.attempts)


def bar_view(stage: Stage, zone: tzinfo) -> TimeBarView:
    """The time axis with what went wrong on it."""
    return TimeBarView(
        start=stage.start,
        now=stage.now,
        end=stage.end,
        estimated=stage.estimated,
        marks=tuple(TimeMark(mark.time, mark.mark.value) for mark in stage.marks),
        start_label=units.UNKNOWN if stage.start is None else units.clock(stage.start, zone),
        end_label=units.UNKNOWN if stage.end is None else units.clock(stage.end, zone),
        tail=line_text(stage.tail),
        density=stage.density,
    )


class NotableRows:
    """The notable events as rows of a list; where more lie ahead of the moment held, a last row says so."""

    def __init__(self, notables: tuple[Notable, ...], zone: tzinfo, held: Line = ()) -> None:
        self.notables = notables
        self._held = held
        self._widest = widest(notable.evidence for notable in notables)
        self._zone = zone
        self._places = {notable.position: index for index, notable in enumerate(notables)}

    @property
    def count(self) -> int:
        """How many there are, folded, and the last row."""
        return len(self.notables) + bool(self._held)

    def line(self, index: int, width: int) -> Line:
        """Time, glyph, what, detail, evidence."""
        if index == len(self.notables):
            return cut_line(self._held, width)
        return notable_line(self.notables[index], width, self._zone, self._widest)

    def key(self, index: int) -> Hashable:
        """Its position in the run."""
        return self.notables[index].position if index < len(self.notables) else "held"

    def index_of(self, key: Hashable) -> int | None:
        """Where it stands now."""
        if key == "held" and self._held:
            return len(self.notables)
        return self._places.get(key) if isinstance(key, int) else None


def notable_line(notable: Notable, width: int, zone: tzinfo, widest_where: int = 0) -> Line:
    """One notable event in at most `width` cells; where the widest evidence has no room all of it is short."""
    lean = width < _LEAN
    time = units.UNKNOWN if notable.time is None else units.clock(notable.time, zone, milliseconds=not lean)
    marked = (mark_bit(Mark.BOOKMARK), *(() if lean else (Bit(" "),))) if notable.bookmarked else ()
    room = (9 if lean else TIME) - width_of(marked)
    front: Line = (
        *fit_line((Bit(time, "$muted"),), room),
        *marked,
        mark_bit(notable.mark),
        Bit(" "),
        *(_what(notable) if lean else fit_line(_what(notable), WHAT)),
    )
    if lean:
        return front
    room = width - width_of(front)
    where = where_bits(notable.evidence, room * 2 // 5, full=widest_where <= room * 2 // 5)
    return (*front, *spread((bit(notable.detail, Tone.MUTED),), where, room, 3))


def held_line(stage: Stage, zone: tzinfo) -> Line:
    """`18:14:00.600  ▍▍ you are here; 7 events lie ahead`; nothing where none do."""
    if not stage.ahead:
        return ()
    time = units.UNKNOWN if stage.now is None else units.clock(stage.now, zone, milliseconds=True)
    lie = "event lies" if stage.ahead == 1 else "events lie"
    mark = "||" if is_plain() else "▍▍"
    words = f"{mark} you are here; {stage.ahead:,} {lie} ahead"
    return (*fit_line((Bit(time, "bold $accent"),), TIME), Bit(words, "$accent"))


def _what(notable: Notable) -> Line:
    return (bit(notable.what),)


def empty_line(stage: Stage) -> Line:
    """What stands in place of the list."""
    return (Bit(f" nothing notable in {units.plural(stage.events, 'event')}", "$muted"),)


def starts_remark(stage: Stage, *, has_ended: bool) -> str:
    """Why there are no lanes, where starts were never written."""
    if stage.starts_known or not any(mark is Mark.COMPLETED for mark, _ in stage.counts):
        return ""
    return "starts unknown: written in one burst at the end" if has_ended else "starts unknown"


def chunk_foot(moment: Moment, index: int) -> str:
    """`chunk 17 · 1,700,001 to 1,800,000 · 3.2 s`: what is known of it."""
    chunks = moment.state.chunks
    slot = chunks.slot_of.get(index)
    words = [f"chunk {index:,}"]
    if slot is None:
        return line_text(" · ".join([*words, "not begun"]))
    bounds = bounds_of(moment, slot)
    if bounds is not None:
        words.append(f"{key_words(bounds[0])[:40]} to {key_words(bounds[1])[:40]}")
    mark = chunk_mark(moment, slot)
    if mark is not Mark.COMPLETED:
        words.append(CHUNK_WORDS[mark])
    length = chunk_duration(moment, slot)
    if length is not None:
        words.append(units.duration(length))
    return line_text(" · ".join(words))


class Rows(Struct, frozen=True):
    """How the stage's lines are dealt out."""

    map_room: int
    bar_gap: int
    """Blank lines above the time bar."""
    list_gap: int
    """Blank lines above the notable events; -1: they are not shown."""
    dense: bool = False
    """A line above the time bar tells where much was written."""


def deal(inner: int, width: int, view: ChunkMapView, notables: int, *, dense: bool = False) -> Rows:
    """`inner` lines for map, bar and list. Blank lines go first, then the list, then all of the map but a line.

    `dense`: there is a density to draw; it takes the place of the blank line above the bar, below lanes a spare one.
    """
    if inner < 4:
        has_map = bool(view.states)
        return Rows(min(1, inner - 1) if has_map else 0, 0, 0 if inner >= 3 or (inner == 2 and not has_map) else -1)
    gap = 1 if inner >= 6 else 0
    lanes_room = inner - 1 - gap - (1 if inner < 10 else 2)
    if view.lanes and len(view.lanes) <= lanes_room and width >= LANES_FROM:
        dense = dense and inner - len(view.lanes) - 1 - gap - max(1, min(4, notables)) > 1
        return Rows(lanes_room - dense, 0, gap, dense)
    above = 1 if inner >= 10 and (view.states or dense) else 0
    listed = 1 if inner < 10 else max(1, min(3, notables))
    dense = dense and above > 0
    return Rows(max(1, inner - 1 - gap - above - listed), above - dense, gap, dense)
