"""The sentence above the problems: how many of how many, and what became of them."""

from __future__ import annotations

from msgspec import Struct

from runwatch.answers import units
from runwatch.answers.view import Tone
from runwatch.ui.line import Line, cut_line
from runwatch.ui.safe import bit
from runwatch.ui.widgets.drawn import Drawn


class ProblemsView(Struct, frozen=True):
    """The numbers in it."""

    lines: int = 0
    """Lines that could not be read."""
    files: int = 0
    """Files that could not be read at all."""
    read: int = 0
    """Lines read, those among them."""
    kept: int = 0
    unknown: int = 0
    """Events of a kind that we do not know; they are no problems."""
    is_whole: bool = True
    """The first look is done."""


def sentence(view: ProblemsView) -> str:
    """`3 lines of 48,210 could not be read`."""
    so_far = "" if view.is_whole else " so far"
    if not view.lines and not view.files:
        if not view.read:
            return f"no problems{so_far}: no line was read yet"
        all_of = "the one line was" if view.read == 1 else f"all {view.read:,} lines were"
        return f"no problems{so_far}: {all_of} read"
    lines = f"{units.plural(view.lines, 'line')} of {view.read:,}" if view.lines else ""
    files = units.plural(view.files, "file") if view.files else ""
    return f"{' and '.join(part for part in (lines, files) if part)} could not be read{so_far}"


def aside(view: ProblemsView) -> str:
    """What became of them."""
    total = view.lines + view.files
    if not total:
        said = "a line that cannot be read would stand here, with its file, its number and the reason"
    elif view.kept < total:
        said = f"The first {view.kept:,} of {total:,} are kept and shown; the others are counted."
    else:
        said = "They are kept, counted and shown; nothing was dropped."
    if view.unknown:
        verb = "is no problem" if view.unknown == 1 else "are no problems"
        said += f"{'' if total else ';'} {units.plural(view.unknown, 'unknown event')} {verb}" + ("." if total else "")
    return said


class ProblemsAnswer(Drawn):
    """Two lines."""

    view = ProblemsView()

    def show(self, view: ProblemsView) -> None:
        """Draw this; nothing happens if it is drawn already."""
        if view != self.view:
            self.view = view
            self.redraw()

    def lines(self, width: int) -> tuple[Line, ...]:
        """The answer bold, the rest muted."""
        return (
            cut_line((bit(sentence(self.view), bold=True),), width),
            cut_line((bit(aside(self.view), Tone.MUTED),), width),
        )
