"""The table of keys: one meaning a key, on every screen."""

from __future__ import annotations

from textual.binding import Binding

from runwatch.ui import keys
from runwatch.ui.key_names import key_name
from runwatch.ui.keys import KEYS, Group

SCREENS = ("runs", "run", "chunk", "problems", "events")
CONTRACT = (
    "enter escape j k up down left right g G home end ctrl+d ctrl+u pagedown pageup tab shift+tab 1 2 3 4 0 m e E w W "
    "h l x i P slash n N s S f space left_square_bracket right_square_bracket left_curly_bracket right_curly_bracket "
    "comma full_stop minus plus t z shift+left shift+right v y O b B u a r ctrl+p colon question_mark "
    "f1 q ctrl+c ctrl+q"
)


def test_every_key_of_the_contract_is_here_and_no_other() -> None:
    assert sorted(key for entry in KEYS for key in entry.keys) == sorted(CONTRACT.split())


def test_ids_are_unique_and_every_binding_has_one() -> None:
    assert len({entry.id for entry in KEYS}) == len(KEYS)
    for context in {context for entry in KEYS for context in entry.contexts}:
        for binding in keys.bindings(context):
            assert isinstance(binding, Binding)
            assert binding.id


def test_no_key_means_two_things_anywhere() -> None:
    seen = [key for entry in KEYS for key in entry.keys]
    assert len(seen) == len(set(seen))


def test_every_key_is_on_the_help_page() -> None:
    shown = " ".join(names for group in Group for names, _ in keys.help_lines(group)).split()
    assert sorted(shown) == sorted(key_name(key) for entry in KEYS for key in entry.keys)


def test_every_command_that_does_more_than_move_has_a_name_in_the_palette() -> None:
    silent = {entry.id for entry in KEYS if not entry.about}
    moves = {"open", "down", "up", "left", "right", "first", "last", "half.down", "half.up", "page.down", "page.up"}
    moves |= {"notable.left", "notable.right"}
    assert silent == moves | {"pane.next", "pane.previous", "palette", "quit.copy"}


def test_a_footer_has_at_most_nine_and_begins_with_the_most_used() -> None:
    for screen in SCREENS:
        assert 3 <= len(keys.footer(screen)) <= 9
    assert [hint.key for hint in keys.footer("runs")][:4] == ["enter", "/", "x", "e"]
    assert keys.footer("run")[0].label == "runs"
    assert keys.footer("run")[1].key == "1-4"


def test_a_remapped_key_is_shown_as_it_is_now() -> None:
    keymap = {"attention": "f5", "planned": "f6"}
    assert next(hint for hint in keys.footer("runs", keymap) if hint.label == "attention only").key == "f5"
    assert keys.footer("run", keymap)[1].key == "f6"
    assert ("f5", "attention only") in keys.help_lines(Group.FIND, keymap)


def test_no_default_stands_where_multiplexers_listen() -> None:
    """ctrl+s, j, o, b and a belong to screen, tmux and flow control."""
    taken = {"ctrl+s", "ctrl+j", "ctrl+o", "ctrl+b", "ctrl+a"}
    assert not taken & {key for entry in KEYS for key in entry.keys}
