"""The list under a pilot: keys, mouse, and rows that change below the cursor."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from textual.app import ComposeResult
from textual.strip import Strip

from runwatch.ui.line import Bit, Line
from runwatch.ui.looks import LooksApp
from runwatch.ui.plain import use_plain
from runwatch.ui.widgets.table import Column, Table
from runwatch.ui.widgets.virtual_list import VirtualList


class Names:
    """Rows that remember how many were asked for."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.asked = 0

    @property
    def count(self) -> int:
        return len(self.names)

    def line(self, index: int, width: int) -> Line:
        self.asked += 1
        return (Bit(self.names[index], "$faint"),)

    def cell(self, index: int, column: str, width: int) -> Line:
        return (Bit(f"{self.names[index]}.{column}"),)

    def key(self, index: int) -> Hashable:
        return self.names[index]

    def index_of(self, key: Hashable) -> int | None:
        return self.names.index(str(key)) if key in self.names else None


class Million(Names):
    def __init__(self) -> None:
        super().__init__(())

    @property
    def count(self) -> int:
        return 1_000_000

    def line(self, index: int, width: int) -> Line:
        self.asked += 1
        return (Bit(str(index)),)

    def key(self, index: int) -> Hashable:
        return index

    def index_of(self, key: Hashable) -> int | None:
        return key if isinstance(key, int) else None


class Listed(LooksApp):
    def __init__(self, rows: VirtualList) -> None:
        super().__init__()
        self.rows = rows
        self.heard: list[tuple[str, Hashable]] = []

    def compose(self) -> ComposeResult:
        yield self.rows

    def on_mount(self) -> None:
        self.rows.focus()

    def on_virtual_list_highlighted(self, message: VirtualList.Highlighted) -> None:
        self.heard.append(("highlighted", message.key))

    def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        self.heard.append(("selected", message.key))

    def on_table_head_clicked(self, message: Table.HeadClicked) -> None:
        self.heard.append(("head", message.column))


def shown(app: Listed) -> list[str]:
    return [app.rows.render_line(y).text.rstrip() for y in range(app.rows.size.height)]


def inks(app: Listed, y: int) -> set[str]:
    styles = [segment.style for segment in app.rows.render_line(y) if segment.text.strip()]
    return {style.color.name for style in styles if style is not None and style.color is not None}


NAMES = [f"run {number}" for number in range(30)]


async def test_every_key_moves_as_the_contract_says() -> None:
    app = Listed(VirtualList(Names(NAMES)))
    async with app.run_test(size=(20, 10)) as pilot:
        for key, cursor in (
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0), ("G", 29), ("g", 0), ("end", 29), ("home", 0),
            ("ctrl+d", 5), ("ctrl+d", 10), ("ctrl+u", 5), ("pagedown", 14), ("pageup", 5),
        ):  # fmt: skip
            await pilot.press(key)
            assert app.rows.cursor == cursor, key
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard[-1] == ("selected", "run 5")


async def test_the_cursor_is_always_on_the_screen() -> None:
    app = Listed(VirtualList(Names(NAMES)))
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.press("G")
        await pilot.pause()
        assert shown(app)[-1] == "▌run 29"
        assert app.rows.shown == (21, 30)
        await pilot.resize_terminal(20, 4)
        await pilot.pause()
        assert "▌run 29" in shown(app)


async def test_the_selection_stays_on_its_run_and_its_line_when_rows_come() -> None:
    app = Listed(VirtualList(Names(NAMES)))
    async with app.run_test(size=(20, 10)) as pilot:
        app.rows.move_to(20)
        await pilot.pause()
        line = shown(app).index("▌run 20")
        app.rows.show(Names(["new 1", "new 2", *NAMES]))
        await pilot.pause()
        assert app.rows.selected_key == "run 20"
        assert shown(app).index("▌run 20") == line


async def test_a_row_that_is_gone_leaves_the_cursor_where_it_was() -> None:
    app = Listed(VirtualList(Names(NAMES)))
    async with app.run_test(size=(20, 10)):
        keys: list[Hashable] = []
        app.rows.move_to(20)
        for names in ([name for name in NAMES if name != "run 20"], [], ["one"]):
            app.rows.show(Names(names))
            keys.append(app.rows.selected_key)
        assert keys == ["run 21", None, "one"]


async def test_following_the_newest_ends_with_the_first_move_by_hand() -> None:
    app = Listed(VirtualList(Names(NAMES)))
    async with app.run_test(size=(20, 10)) as pilot:
        app.rows.follow = "first"
        app.rows.show(Names(["newest", *NAMES]))
        assert app.rows.selected_key == "newest"
        await pilot.press("j")
        app.rows.show(Names(["newer still", "newest", *NAMES]))
        assert (app.rows.follow, app.rows.selected_key) == ("", "run 0")


async def test_a_million_rows_cost_what_the_screen_shows() -> None:
    rows = Million()
    app = Listed(VirtualList(rows))
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.press("G", "k", "pageup", "g")
        await pilot.pause()
        assert rows.asked < 200
        assert app.rows.virtual_size.height == 1_000_000


async def test_a_click_moves_and_two_open() -> None:
    app = Listed(VirtualList(Names(NAMES)))
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.click(VirtualList, offset=(3, 4))
        assert app.rows.cursor == 4
        await pilot.click(VirtualList, offset=(3, 6), times=2)
        await pilot.pause()
        assert ("selected", "run 6") in app.heard


async def test_a_selected_row_has_a_marker_and_no_faint_text() -> None:
    app = Listed(VirtualList(Names(NAMES)))
    async with app.run_test(size=(20, 6)) as pilot:
        muted, faint = (app.theme_variables[name] for name in ("muted", "faint"))
        assert muted in inks(app, 0)
        assert faint in inks(app, 1)
        app.set_focus(None)
        await pilot.pause()
        assert app.rows.render_line(0).text.startswith("▌run 0")
        assert len({part.style.bgcolor for part in app.rows.render_line(0) if part.style}) == 1
        use_plain(True)
        assert app.rows.render_line(0).text.startswith("*run 0")


async def test_an_empty_list_says_why() -> None:
    rows = VirtualList()
    app = Listed(rows)
    async with app.run_test(size=(40, 6)):
        rows.show_empty((Bit("no run matches "), Bit("verdict:failed")), (Bit("esc clears it"),))
        assert shown(app)[:2] == ["no run matches verdict:failed", "esc clears it"]


async def test_a_row_says_what_the_log_says() -> None:
    app = Listed(VirtualList(Names(["[/nope]", "[ERROR]", "[@click=app.quit]x"])))
    async with app.run_test(size=(30, 6)) as pilot:
        assert shown(app)[:3] == ["▌[/nope]", " [ERROR]", " [@click=app.quit]x"]
        await pilot.click(VirtualList, offset=(20, 2))
        assert app.is_running


async def test_a_theme_switch_repaints_what_was_cached() -> None:
    app = Listed(VirtualList(Names(NAMES)))
    async with app.run_test(size=(20, 6)) as pilot:
        before = app.rows.render_line(2)
        app.theme = "runwatch-light"
        await pilot.pause()
        assert app.rows.render_line(2) != before


async def test_a_table_keeps_its_head_and_tells_which_was_clicked() -> None:
    table = Table((Column("name", "export", 12), Column("last", "last", 10, "right", gap=1)))
    app = Listed(table)
    async with app.run_test(size=(70, 6)) as pilot:
        table.show_cells(Names(NAMES))
        table.show_sorting("last", descending=True)
        await pilot.press("G")
        await pilot.pause()
        assert shown(app)[0] == " export           last ▼"
        assert shown(app)[-1] == "▌run 29.name  run 29.la…"
        await pilot.click(Table, offset=(3, 0))
        await pilot.pause()
        assert app.heard[-1] == ("head", "name")
        await pilot.resize_terminal(50, 6)
        await pilot.pause()
        assert shown(app)[-1].startswith("▌run 29"), "below 60 columns every line is a row"


async def test_only_lines_that_say_something_else_are_drawn_again() -> None:
    """A second that passes changes few of them, and what is drawn is sent to the terminal."""
    rows = VirtualList(Names([f"row {n}" for n in range(50)]))
    async with Listed(rows).run_test(size=(20, 10)) as pilot:
        drawn: list[int] = []
        line_at = rows.line_at

        def noted(y: int) -> Strip:
            drawn.append(y)
            return line_at(y)

        names = [f"row {n}" for n in range(50)]
        names[4] = "another"
        rows.show(Names([f"row {n}" for n in range(50)]))
        await pilot.pause()
        rows.line_at = noted  # type: ignore[method-assign]
        rows.show(Names([f"row {n}" for n in range(50)]))
        await pilot.pause()
        assert drawn == list(range(10)), "compared, and none drawn"
        drawn.clear()
        rows.show(Names(names))
        await pilot.pause()
        assert drawn == [*range(10), 4]
        assert "another" in rows.render_line(4).text


class Signed(Names):
    """Rows that say what their words follow from."""

    def sign(self, index: int) -> Hashable:
        return self.names[index]


async def test_a_row_with_the_same_sign_is_not_asked_for_its_words_again() -> None:
    rows = VirtualList(Signed([f"row {n}" for n in range(50)]))
    async with Listed(rows).run_test(size=(20, 10)) as pilot:
        again = Signed([f"row {n}" for n in range(3)])
        rows.show(again)
        await pilot.pause()
        assert not again.asked
        other = Signed(["row 0", "new", "row 2"])
        rows.show(other)
        await pilot.pause()
        assert other.asked == 1
        assert "new" in rows.render_line(1).text
