from __future__ import annotations

from textual.app import ComposeResult

from runwatch.ui.looks import LooksApp
from runwatch.ui.widgets.chunk_cells import COMPLETED, FAILED
from runwatch.ui.widgets.chunk_layout import ChunkMapView, Form
from runwatch.ui.widgets.chunk_map import ChunkMap


class Mapped(LooksApp):
    def __init__(self, view: ChunkMapView, room: int = 6) -> None:
        super().__init__()
        self.map = ChunkMap(room=room)
        self.map.show(view)
        self.heard: list[tuple[str, int, int, int]] = []

    def compose(self) -> ComposeResult:
        yield self.map

    def on_mount(self) -> None:
        self.map.focus()

    def on_chunk_map_highlighted(self, message: ChunkMap.Highlighted) -> None:
        self.heard.append(("highlighted", message.index, message.first, message.last))

    def on_chunk_map_selected(self, message: ChunkMap.Selected) -> None:
        self.heard.append(("selected", message.index, message.first, message.last))


def view(states: bytes, first: int = 0) -> ChunkMapView:
    return ChunkMapView(states, range(first, first + len(states)), ((COMPLETED, len(states)),))


async def test_the_cursor_moves_by_cells_and_rows_and_opens_chunks() -> None:
    app = Mapped(view(bytes([COMPLETED] * 300), first=1000))
    async with app.run_test(size=(116, 10)) as pilot:
        assert app.map.size.height == 5
        moves = (("right", 1), ("left", 0), ("left", 0), ("down", 100), ("l", 100), ("up", 0), ("G", 299), ("g", 0))
        for key, cursor in moves:
            await pilot.press(key)
            assert app.map.cursor == cursor, key
        await pilot.press("right", "enter")
        await pilot.pause()
        assert app.heard[-1] == ("selected", 1001, 1, 1)


async def test_a_cell_of_many_opens_the_worst_chunk_in_it() -> None:
    states = bytearray([COMPLETED]) * 100_000
    states[150] = FAILED
    app = Mapped(view(bytes(states)), room=5)
    async with app.run_test(size=(116, 10)) as pilot:
        assert app.map.form is Form.DENSITY
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard[-1] == ("selected", 150, 0, 333)


async def test_a_click_moves_and_a_second_opens() -> None:
    app = Mapped(view(bytes([COMPLETED] * 20)))
    async with app.run_test(size=(80, 8)) as pilot:
        await pilot.click(ChunkMap, offset=(8, 0))
        assert app.map.cursor == 4
        await pilot.click(ChunkMap, offset=(8, 0), times=2)
        await pilot.pause()
        assert app.heard[-1][:2] == ("selected", 4)
        await pilot.click(ChunkMap, offset=(60, 0))
        assert app.map.cursor == 4, "beside the map nothing moves"


async def test_an_equal_view_is_not_drawn_again() -> None:
    app = Mapped(view(bytes([COMPLETED] * 20)))
    async with app.run_test(size=(80, 8)):
        made = app.map.made(80)
        app.map.show(view(bytes([COMPLETED] * 20)))
        assert app.map.made(80) is made


async def test_one_failed_chunk_in_a_million_is_seen_in_no_more_lines_than_there_are() -> None:
    states = bytes([COMPLETED]) * 1_000_000
    app = Mapped(view(states), room=12)
    async with app.run_test(size=(116, 20)):
        app.map.show(view(states[:-1] + bytes([FAILED])))
        lines = app.map.made(116)
        assert len(lines) <= 12
        assert sum(bit.text.count("✗") for line in lines for bit in line) == 1


async def test_fewer_chunks_than_the_cursor_had_do_not_matter() -> None:
    app = Mapped(view(bytes([COMPLETED] * 20)))
    async with app.run_test(size=(80, 8)) as pilot:
        await pilot.press("G")
        app.map.show(view(bytes([COMPLETED] * 3)))
        await pilot.pause()
        assert app.map.cursor == 2
        app.map.show(ChunkMapView())
        await pilot.press("right", "enter", "G")
        assert app.is_running
