"""The stage: chunk map, time bar and notable events in one box, on one time axis."""

from __future__ import annotations

from datetime import UTC, tzinfo

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from runwatch.answers.notable import Notable
from runwatch.answers.stage import Stage
from runwatch.ui.safe import line_text
from runwatch.ui.stage_views import NotableRows, bar_view, deal, empty_line, held_line, map_view, starts_remark
from runwatch.ui.widgets.chunk_map import ChunkMap
from runwatch.ui.widgets.time_bar import TimeBar
from runwatch.ui.widgets.virtual_list import VirtualList


class StageBox(Vertical):
    """Give it a stage with `show`; what its cursors point at comes as the widgets' own messages."""

    DEFAULT_CSS = """
    StageBox { height: 1fr; }
    StageBox #map-line, StageBox TimeBar { margin: 0 1; }
    StageBox #map-line { height: auto; }
    StageBox #map-label { display: none; width: 7; height: 1; color: $muted; }
    StageBox VirtualList { width: 100%; padding: 0 1 0 0; min-height: 1; }
    StageBox.-bar-gap TimeBar { margin: 1 1 0 1; }
    StageBox.-list-gap VirtualList { margin: 1 0 0 0; }
    StageBox.-no-list VirtualList { display: none; }
    StageBox.-no-map #map-line { display: none; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id, classes=classes)
        self.stage: Stage | None = None
        self._zone: tzinfo = UTC
        self._has_ended = False
        self._words = ""

    def compose(self) -> ComposeResult:
        with Horizontal(id="map-line"):
            yield Static(Content("chunks "), id="map-label")
            yield ChunkMap(id="map")
        yield TimeBar(id="bar")
        yield VirtualList(id="notables")

    @property
    def map(self) -> ChunkMap:
        """The chunks."""
        return self.query_one(ChunkMap)

    @property
    def bar(self) -> TimeBar:
        """The time, to be pointed at."""
        return self.query_one(TimeBar)

    @property
    def list(self) -> VirtualList:
        """The notable events."""
        return self.query_one(VirtualList)

    @property
    def notables(self) -> tuple[Notable, ...]:
        """What the list shows."""
        return self.stage.notables if self.stage is not None else ()

    @property
    def selected(self) -> Notable | None:
        """The notable event under the cursor."""
        cursor = self.list.cursor
        return self.notables[cursor] if 0 <= cursor < len(self.notables) else None

    def show(self, stage: Stage, zone: tzinfo, *, has_ended: bool) -> None:
        """Draw this; nothing happens if it is what is drawn already."""
        if (stage, zone, has_ended) == (self.stage, self._zone, self._has_ended):
            return
        self.stage, self._zone, self._has_ended = stage, zone, has_ended
        self.border_title = Content("Chunks" if stage.states else "Time")
        self.list.show(NotableRows(stage.notables, zone, held_line(stage, zone)))
        self.list.show_empty(empty_line(stage))
        self._deal()

    def point(self, words: str) -> None:
        """Name the chunk under the cursor at the foot; nothing: how to read the map."""
        self._words = words
        self._show_foot()

    def on_resize(self) -> None:
        self._deal()

    def on_descendant_blur(self) -> None:
        self.point("")

    def _deal(self) -> None:
        """Deal the lines out among map, bar and list."""
        if self.stage is None or not self.size.width:
            return
        view = map_view(self.stage)
        dense = bool(self.stage.density)
        rows = deal(self.size.height, self.size.width - 2, view, len(self.stage.notables), dense=dense)
        self.map.show(view, rows.map_room)
        self.bar.show(bar_view(self.stage, self._zone), dense=rows.dense)
        self.set_class(not rows.map_room or not view.states, "-no-map")
        self.set_class(rows.bar_gap > 0, "-bar-gap")
        self.set_class(rows.list_gap > 0, "-list-gap")
        self.set_class(rows.list_gap < 0, "-no-list")
        self.call_after_refresh(self._show_foot)

    def _show_foot(self) -> None:
        if self.stage is None:
            return
        remark = starts_remark(self.stage, has_ended=self._has_ended)
        foot = self.map.foot
        both = " · ".join(part for part in (foot, remark) if part)
        words = self._words or (both if len(both) + 8 <= self.size.width else foot or remark) or self.stage.remark
        self.border_subtitle = Content(line_text(words)) if words else None
