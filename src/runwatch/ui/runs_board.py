"""The Runs screen's body: tiles, table, the selected run, the last outcomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, tzinfo

from msgspec import Struct, field
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from runwatch.answers import units
from runwatch.answers.run import RunView
from runwatch.answers.view import Tone
from runwatch.ui.empty import no_hits
from runwatch.ui.line import Line
from runwatch.ui.narrowing import Narrowing
from runwatch.ui.notice import Notice
from runwatch.ui.outcomes import ExportStrips, OutcomeRows
from runwatch.ui.preview import Preview
from runwatch.ui.runs_table import RunRows
from runwatch.ui.safe import content, entitle, line_text
from runwatch.ui.sorting import COLUMNS, Sorting
from runwatch.ui.verdict_tiles import verdict_tiles
from runwatch.ui.widgets.table import Table
from runwatch.ui.widgets.tiles import Tiles
from runwatch.ui.widgets.virtual_list import VirtualList

NORMAL, NARROW, TALL, TILES, LOW = 100, 60, 38, 34, 16


class BoardView(Struct, frozen=True):
    """What the body shows at one moment."""

    rows: RunRows
    """Those that are shown, in their order."""
    total: int = 0
    sorting: Sorting = field(default_factory=Sorting)
    narrowing: Narrowing = field(default_factory=Narrowing)
    share: float = 1.0
    """How much of what was asked for last is looked at; until all is, what was asked for before is listed."""
    is_whole: bool = True
    counts: tuple[tuple[str, int], ...] = ()
    """(verdict, runs), worst first."""
    strips: ExportStrips | None = None
    """The last outcomes; None where they have no room."""
    now: int = 0
    zone: tzinfo = UTC


class RunsBoard(Vertical):
    """Parts come and go with the height; columns with the width."""

    def compose(self) -> ComposeResult:
        """All parts; the style sheet hides those that do not fit."""
        yield Notice(id="nothing")
        yield Tiles(id="tiles")
        yield Table(COLUMNS, id="table", classes="box")
        yield Preview(brief=True, id="brief")
        with Horizontal(id="below"):
            yield Preview(id="preview", classes="box")
            yield VirtualList(id="outcomes", classes="box")

    def on_mount(self) -> None:
        """The table has the keys; until all was read the cursor stays on the newest run."""
        self.table.focus()
        self.table.follow = "first"
        self.outcomes.follow = "first"

    @property
    def table(self) -> Table:
        """The runs."""
        return self.query_one("#table", Table)

    @property
    def outcomes(self) -> VirtualList:
        """One export a row."""
        return self.query_one("#outcomes", VirtualList)

    @property
    def has_room_below(self) -> bool:
        """Preview and last outcomes are shown as boxes."""
        return bool(self.query_one("#below").display)

    @property
    def is_lean(self) -> bool:
        """The tiles have one line."""
        return self.has_class("-lean")

    @property
    def is_empty(self) -> bool:
        """There is no run at all: a few words stand in place of everything else."""
        return self.has_class("-empty")

    def fit(self, width: int, height: int) -> None:
        """Choose the parts for a terminal of this size."""
        tiny = width < NARROW or height < LOW
        narrow = not tiny and width < NORMAL
        self.set_class(tiny, "-tiny")
        self.set_class(narrow, "-narrow")
        self.set_class(not tiny and not narrow and height < TALL, "-low")
        self.set_class(tiny or narrow or height < TILES, "-lean")

    def show_empty(self, words: Callable[[int, int], tuple[Line, ...]], *, on: bool) -> None:
        """Instead of tiles and table, while there is nothing to put into them."""
        self.set_class(on, "-empty")
        if on:
            self.query_one(Notice).show(words)

    def show(self, view: BoardView, reading: tuple[Line, ...]) -> None:
        """Show this moment; `reading` stands in the tiles' place until all was read."""
        tiles = self.query_one("#tiles", Tiles)
        if reading:
            tiles.show_lines(reading)
        else:
            tiles.show(verdict_tiles(view.counts), self._total(view), lean=self.is_lean)
        table = self.table
        table.show_sorting(view.sorting.column, descending=view.sorting.descending)
        table.show_cells(view.rows)
        table.show_empty(*no_hits(view.narrowing.text, view.narrowing.attention, view.total))
        so_far = "" if view.is_whole else " so far"
        title = content(f"Runs {view.total:,}{so_far}{view.narrowing.words(len(view.rows))}")
        entitle(table, title, content(self._foot(view), Tone.MUTED))
        if self.has_room_below and view.strips is not None:
            self.outcomes.show(OutcomeRows(view.strips))
            self.outcomes.visible = bool(view.strips)
            foot = content(self._outcomes_foot(len(view.strips)), Tone.MUTED)
            entitle(self.outcomes, content("Last outcomes"), foot)

    def _total(self, view: BoardView) -> str:
        """`43 runs`; where no box says what the filter left, that too."""
        total = units.plural(view.total, "run")
        narrowed = self.has_class("-tiny") and view.narrowing != Narrowing()
        return f"{len(view.rows):,} of {total}" if narrowed else total

    def _foot(self, view: BoardView) -> str:
        first, last = self.table.shown
        count = len(view.rows)
        shown = f"showing {first:,}–{last:,} of {count:,}" if count > last - first + 1 else ""
        looking = f"looking, {units.share(view.share)}" if view.share < 1 else ""
        return " · ".join(word for word in (looking, view.sorting.words, shown) if word)

    def _outcomes_foot(self, exports: int) -> str:
        first, last = self.outcomes.shown
        is_cut = last > 0 and last - first + 1 < exports
        return f"{first:,}–{last:,} of {exports:,} · newest right" if is_cut else "newest right"

    def show_selected(self, view: RunView | None, now: int, zone: tzinfo, ahead: str = "") -> None:
        """What is said of the run under the cursor; `ahead` where only the end of its log is known."""
        for preview in self.query(Preview):
            if preview.display if preview.brief else self.has_room_below:
                preview.show(view, zone, ahead)
        title = ""
        if view is not None and view.stage.start is not None:
            title = f"{line_text(view.export)} › {units.day_and_clock(view.stage.start, now, zone)}"
        box = self.query_one("#preview")
        entitle(box, content(title))
        box.visible = view is not None or bool(ahead)
