"""The one table of keys: bindings, footer, help and palette come from it.

One meaning a key, on every screen. A key that does nothing yet is not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import zip_longest

from msgspec import Struct
from textual.binding import Binding, BindingType

from runwatch.ui.key_names import key_name


class Group(StrEnum):
    """The columns of the help screen, in its order."""

    MOVE = "Move"
    FIND = "Find"
    TIME = "Time"
    LOOK = "Look"
    APP = "App"


class Key(Struct, frozen=True):
    """One command and the keys it starts with."""

    id: str
    """For `App.set_keymap`; never changes its meaning."""
    keys: tuple[str, ...]
    """Textual's names; the first is the one shown in the footer."""
    action: str
    """An action of the screen, widget or app that has these bindings."""
    label: str
    """Footer and palette; lower case, one to three words."""
    group: Group
    contexts: frozenset[str]
    """Where it is bound: a screen's name, `app`, or a widget's (`list`, `map`)."""
    help: str = ""
    """The help screen's words; empty: the keys join the line above."""
    about: str = ""
    """The palette's second line; empty: not in the palette (it only moves)."""
    footer: tuple[tuple[str, int], ...] = ()
    """Screens whose footer may show it, and how soon (1 first)."""
    labels: tuple[tuple[str, str], ...] = ()
    """Other footer words on some screens: `(("run", "runs"),)` for what esc leads back to."""
    short: str = ""
    """The label where the terminal is narrow."""
    shown: str = ""
    """The footer's word for the keys, where it is not the first key: `1-4`."""
    priority: bool = False
    """Also while an input has the focus."""


class Hint(Struct, frozen=True):
    """One entry of a footer."""

    key: str
    """As shown."""
    label: str
    short: str
    press: str
    """Textual's name of the key to press."""


def _at(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _held(rank: int) -> tuple[tuple[str, int], ...]:
    """Its place in the footer of a page whose moment is held, whether or not it will be live again."""
    return (("held", rank), ("frozen", rank))


_ALL = "runs run chunk problems events"
_PLACED = "list map"
_TIMED = "runs run chunk events"
_MARKED = "run chunk raw events"

KEYS: tuple[Key, ...] = (
    Key("open", ("enter",), "open", "open", Group.MOVE, _at(_PLACED), "open",
        footer=(("runs", 1), ("run", 3), ("problems", 1), ("events", 1), ("filter", 1)),
        labels=(("filter", "keep the filter"),)),
    Key("back", ("escape",), "back", "back", Group.MOVE, _at(f"{_ALL} help raw"), "back, one layer", "One layer back",
        footer=(("run", 1), ("chunk", 1), ("problems", 2), ("events", 2), ("filter", 2), *_held(9)),
        labels=(("run", "runs"), ("chunk", "run"), ("filter", "clear it"))),
    Key("down", ("j", "down"), "cursor_down", "down", Group.MOVE, _at("list map scroll"), "line"),
    Key("up", ("k", "up"), "cursor_up", "up", Group.MOVE, _at("list map scroll")),
    Key("left", ("left",), "cursor_left", "left", Group.MOVE, _at("map bar"), "within map and time bar"),
    Key("right", ("right",), "cursor_right", "right", Group.MOVE, _at("map bar")),
    Key("notable.left", ("shift+left",), "notable_left", "notable event back", Group.MOVE, _at("bar"),
        "one notable event"),
    Key("notable.right", ("shift+right",), "notable_right", "notable event on", Group.MOVE, _at("bar")),
    Key("first", ("g", "home"), "first", "first", Group.MOVE, _at("list map scroll"), "first, last"),
    Key("last", ("G", "end"), "last", "last", Group.MOVE, _at("list map scroll")),
    Key("half.down", ("ctrl+d",), "half_down", "half page down", Group.MOVE, _at("list scroll"), "half page"),
    Key("half.up", ("ctrl+u",), "half_up", "half page up", Group.MOVE, _at("list scroll")),
    Key("page.down", ("pagedown",), "page_down", "page down", Group.MOVE, _at("list scroll"), "page"),
    Key("page.up", ("pageup",), "page_up", "page up", Group.MOVE, _at("list scroll")),
    Key("pane.next", ("tab",), "next_pane", "next pane", Group.MOVE, _at(_ALL), "next, previous pane"),
    Key("pane.previous", ("shift+tab",), "previous_pane", "previous pane", Group.MOVE, _at(_ALL)),
    Key("planned", ("1",), "pane(1)", "pane", Group.MOVE, _at("run"), "Planned … Succeeded",
        "Planned: what the run set out to do", footer=(("run", 2),), shown="1-4"),
    Key("happened", ("2",), "pane(2)", "happened", Group.MOVE, _at("run"), "", "Happened: what it did so far"),
    Key("degraded", ("3",), "pane(3)", "degraded", Group.MOVE, _at("run"), "", "Degraded: what went less well"),
    Key("succeeded", ("4",), "pane(4)", "succeeded", Group.MOVE, _at("run"), "", "Succeeded: the checks, one by one"),
    Key("overview", ("0",), "overview", "overview", Group.MOVE, _at("run"), "overview, maximise",
        "All four panes"),
    Key("maximise", ("m",), "maximise", "maximise", Group.MOVE, _at(_ALL), "",
        "The focused pane over the whole screen, or back", footer=(("run", 9),)),
    Key("failure.next", ("e",), "next_failure", "next failure", Group.FIND,
        _at("runs run chunk events"), "next, previous failure",
        "Move to the next failed or interrupted attempt, or failed run",
        footer=(*_held(6), ("runs", 4), ("run", 4), ("chunk", 3), ("events", 5)), short="failure"),
    Key("failure.previous", ("E",), "previous_failure", "previous failure", Group.FIND,
        _at("runs run chunk events"), "", "Move to the one before"),
    Key("degradation.next", ("w",), "next_degradation", "next degradation", Group.FIND,
        _at("runs run events"), "next, previous degradation",
        "Move to the next quality issue, schema change or warning",
        footer=(("run", 10),), short="degraded"),
    Key("degradation.previous", ("W",), "previous_degradation", "previous degradation", Group.FIND,
        _at("runs run events"), "", "Move to the one before"),
    Key("sibling.previous", ("h",), "previous_sibling", "previous sibling", Group.FIND, _at("run chunk"),
        "previous, next sibling", "The run before of this export, or the attempt before",
        footer=(("chunk", 2),), labels=(("chunk", "attempt"),), shown="h l"),
    Key("sibling.next", ("l",), "next_sibling", "next sibling", Group.FIND, _at("run chunk"), "",
        "The next run of this export, or the next attempt"),
    Key("attention", ("x",), "attention", "attention only", Group.FIND, _at("runs"), "attention only",
        "Only failed, lost, contradicted, degraded and stalled runs", footer=(("runs", 3),), short="attention"),
    Key("events", ("i",), "events", "events", Group.FIND, _at("runs run chunk"), "events",
        "The log of the run, event by event; of a chunk those that name it",
        footer=(("runs", 7), ("run", 5), ("chunk", 6))),
    Key("problems", ("P",), "problems", "problems", Group.FIND, _at("runs run chunk"), "problems",
        "Lines that could not be read, with file, line and reason", footer=(("runs", 7), ("run", 11))),
    Key("filter", ("slash",), "filter", "filter", Group.FIND, _at("runs problems events"), "filter, next, previous hit",
        "As you type; ! inverts, field:value, rows>0", footer=(("runs", 2), ("problems", 3), ("events", 3))),
    Key("hit.next", ("n",), "next_hit", "next hit", Group.FIND, _at("runs problems events"), "", "Of the filter",
        footer=(("events", 4),), short="hit"),
    Key("hit.previous", ("N",), "previous_hit", "previous hit", Group.FIND, _at("runs problems events"), "",
        "Of the filter"),
    Key("sort", ("s",), "sort", "sort", Group.FIND, _at("runs"), "sort, reverse", "By the next column",
        footer=(("runs", 5),)),
    Key("sort.reverse", ("S",), "reverse_sort", "reverse order", Group.FIND, _at("runs"), "", "The other way round"),
    Key("follow", ("f",), "follow", "follow", Group.FIND, _at("runs problems events"), "follow the newest",
        "Keep the selection on the newest", footer=(("runs", 6), ("events", 6))),
    Key("play", ("space",), "play_or_pause", "pause or play", Group.TIME, _at(_TIMED), "pause, play, back to live",
        "Freeze the screen at this moment; again: let time run, or back to live",
        footer=(*_held(1), ("run", 6)), short="pause", labels=(("frozen", "live"), ("run", "pause"))),
    Key("event.previous", ("left_square_bracket",), "go_event(-1)", "event back", Group.TIME, _at(_TIMED),
        "one event back, on", "The moment one event earlier", shown="[ ]", footer=_held(2),
        labels=(("held", "event"), ("frozen", "event")), short="event"),
    Key("event.next", ("right_square_bracket",), "go_event(1)", "event on", Group.TIME, _at(_TIMED), "",
        "The moment one event later"),
    Key("notable.previous", ("left_curly_bracket",), "go_notable(-1)", "notable event back", Group.TIME, _at(_TIMED),
        "one notable event", "Failures, recoveries, retries, degradations, checks, the outcome", shown="{ }",
        footer=_held(3), labels=(("held", "notable"), ("frozen", "notable")), short="notable"),
    Key("notable.next", ("right_curly_bracket",), "go_notable(1)", "notable event on", Group.TIME, _at(_TIMED), "",
        "Failures, recoveries, retries, degradations, checks, the outcome"),
    Key("ten.back", ("comma",), "shift(-10)", "ten seconds back", Group.TIME, _at(_TIMED), "ten seconds",
        "The moment ten seconds earlier"),
    Key("ten.on", ("full_stop",), "shift(10)", "ten seconds on", Group.TIME, _at(_TIMED), "",
        "The moment ten seconds later"),
    Key("slower", ("minus",), "faster(-1)", "slower", Group.TIME, _at(_TIMED), "slower, faster",
        "Recorded time at the next lower speed", shown="- +", footer=(("held", 4),),
        labels=(("held", "speed"),), short="speed"),
    Key("faster", ("plus",), "faster(1)", "faster", Group.TIME, _at(_TIMED), "",
        "Recorded time at the next higher speed"),
    Key("goto", ("t",), "go_to", "go to", Group.TIME, _at(_TIMED), "go to a moment",
        "14:03, +90s, -5m, 50 %, #1200", footer=_held(5)),
    Key("silences", ("z",), "skip_silences", "skip silences", Group.TIME, _at(_TIMED), "shorten silences",
        "Wait through long silences of recorded time, or shorten them"),
    Key("raw", ("v",), "raw", "raw", Group.LOOK, _at("run chunk problems events raw"),
        "raw JSON, file:line", "The line of the log itself, and where it stands",
        footer=(*_held(8), ("run", 7), ("chunk", 4), ("problems", 4), ("events", 7))),
    Key("copy", ("y",), "copy", "copy", Group.LOOK, _at(f"{_ALL} raw"), "copy",
        "The id, the error, the range or the query",
        footer=(("runs", 8), ("run", 8), ("chunk", 5), ("problems", 5), ("events", 8))),
    Key("open.line", ("O",), "open_line", "open in pager", Group.LOOK, _at("run chunk problems events raw"),
        "in pager or editor", "The log in $PAGER, else $VISUAL, $EDITOR or less, at this line",
        footer=(("chunk", 8), ("problems", 6), ("events", 9)), short="pager"),
    Key("bookmark", ("b",), "bookmark", "bookmark", Group.LOOK, _at(_MARKED), "bookmark, next bookmark",
        "Set one on this event, or take it away; kept between starts", footer=(("chunk", 6), *_held(7))),
    Key("bookmark.next", ("B",), "next_bookmark", "next bookmark", Group.LOOK, _at(_MARKED), "",
        "Of this run, and round again; where time is held, to its moment"),
    Key("utc", ("u",), "toggle_utc", "UTC or local", Group.LOOK, _at("app"), "UTC or local",
        "Times in UTC, or in this machine's zone", footer=(("chunk", 7),)),
    Key("plain", ("a",), "toggle_plain", "plain glyphs", Group.LOOK, _at("app"), "plain glyphs",
        "ASCII only, for fonts that lack ours"),
    Key("palette", ("ctrl+p", "colon"), "command_palette", "palette", Group.APP, _at("app"), "palette",
        footer=(("runs", 9), ("empty", 2))),
    Key("read", ("r",), "read_again", "read again", Group.APP, _at("app"), "read again now",
        "Look for new lines and files at once", footer=(("empty", 1),), labels=(("empty", "look again"),)),
    Key("help", ("question_mark", "f1"), "help", "help", Group.APP, _at("app"), "this page", "Every key"),
    Key("leave", ("q",), "leave", "leave", Group.APP, _at("app"), "leave, then quit", "This screen, then runwatch",
        footer=(("empty", 3),), labels=(("empty", "quit"),)),
    Key("quit", ("ctrl+q",), "quit", "quit", Group.APP, _at("app"), "quit at once", "At once", priority=True),
    Key("quit.copy", ("ctrl+c",), "quit", "quit or copy", Group.APP, _at("app"), "quit, or copy selection"),
)  # fmt: skip

FOOTER_AT_MOST = 9
Keymap = Mapping[str, str]
"""Binding id to keys, as `App.set_keymap` takes it."""


def keys_of(entry: Key, keymap: Keymap | None = None) -> tuple[str, ...]:
    """The keys it has now, after the user's own."""
    own = (keymap or {}).get(entry.id)
    return tuple(key.strip() for key in own.split(",")) if own else entry.keys


def key_words(entry: Key, keymap: Keymap | None = None) -> str:
    """All its keys as shown: `ctrl+p :`."""
    return " ".join(key_name(key) for key in keys_of(entry, keymap))


def bindings(*contexts: str) -> list[BindingType]:
    """What a screen or widget has as BINDINGS: `bindings("runs")`."""
    return [
        Binding(",".join(entry.keys), entry.action, entry.label, id=entry.id, show=False, priority=entry.priority)
        for entry in KEYS
        if entry.contexts.intersection(contexts)
    ]


def overlay_bindings(*ids: str) -> list[BindingType]:
    """These keys of the app for what lies over a page: Textual passes none of them on to what is modal."""
    actions = {"leave": "back", "quit.copy": "app.quit"}
    return [
        Binding(",".join(entry.keys), actions[entry.id], entry.label, id=entry.id, show=False)
        for entry in KEYS
        if entry.id in ids
    ]


def footer(screen: str, keymap: Keymap | None = None, *, held: str = "") -> tuple[Hint, ...]:
    """A screen's footer, most used first; `? help` stands apart.

    `held`: the moment shown is in the user's hand, `frozen` where it will be live again.
    """
    name = held or screen
    ranked = sorted((found for found in _ranked(name) if screen in found[1].contexts or not held), key=_rank)
    return tuple(_hint(entry, name, keymap) for _, entry in ranked[:FOOTER_AT_MOST])


def _rank(found: tuple[tuple[int, int], Key]) -> tuple[int, int]:
    return found[0]


def help_hint(keymap: Keymap | None = None) -> Hint:
    """What stands at the right end of every footer."""
    return _hint(next(entry for entry in KEYS if entry.id == "help"), "", keymap)


def help_lines(group: Group, keymap: Keymap | None = None) -> tuple[tuple[str, str], ...]:
    """Keys and words of one group of the help screen; entries without words share a line."""
    lines: list[tuple[list[Key], str]] = []
    for entry in KEYS:
        if entry.group is group and (entry.help or not lines):
            lines.append(([entry], entry.help))
        elif entry.group is group:
            lines[-1][0].append(entry)
    return tuple((_together([keys_of(entry, keymap) for entry in entries]), words) for entries, words in lines)


def _together(keys: list[tuple[str, ...]]) -> str:
    """`j k ↓ ↑`: the first key of each, then the second ones."""
    return " ".join(key_name(key) for rank in zip_longest(*keys) for key in rank if key)


def palette_entries(screen: str) -> Iterable[Key]:
    """Commands that can be run from here by name."""
    return (entry for entry in KEYS if entry.about and entry.contexts & {screen, "app"})


def _ranked(screen: str) -> Iterable[tuple[tuple[int, int], Key]]:
    for number, entry in enumerate(KEYS):
        for name, rank in entry.footer:
            if name == screen:
                yield (rank, number), entry


def _hint(entry: Key, screen: str, keymap: Keymap | None) -> Hint:
    own = dict(entry.labels).get(screen)
    label, short = own or entry.label, own or entry.short or entry.label
    remapped = entry.id in (keymap or {})
    first = keys_of(entry, keymap)[0]
    return Hint(entry.shown if entry.shown and not remapped else key_name(first), label, short, first)
