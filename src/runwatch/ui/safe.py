"""The only door for text from outside into a widget.

A plain `str` given to a Textual widget is read as markup: a log could crash
the app or plant a link in it. What comes out of here never is. Controls were
made visible at decode; a path or an argument did not pass there, so once more.
"""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from runwatch.answers.glyphs import MARKS, VERDICTS, plain
from runwatch.answers.view import Mark, Tone
from runwatch.core.text import safe
from runwatch.ui.line import Bit, Line, wrap
from runwatch.ui.plain import is_plain


def style(tone: Tone, *, bold: bool = False) -> str:
    """The style string of a tone: a theme variable, never a colour."""
    return f"bold ${tone.value}" if bold else f"${tone.value}"


def line_text(text: str) -> str:
    """One row of literal text: breaks become blanks, controls `␛`, our glyphs ASCII if asked."""
    shown = safe(text).replace("\n", " ")
    return plain(shown) if is_plain() else shown


def block_text(text: str) -> str:
    """The same with its line breaks."""
    shown = safe(text)
    return plain(shown) if is_plain() else shown


def bit(text: str, tone: Tone = Tone.INK, *, bold: bool = False) -> Bit:
    """Words from outside in one tone."""
    return Bit(line_text(text), style(tone, bold=bold))


def content(text: str, tone: Tone = Tone.INK, *, bold: bool = False) -> Content:
    """Literal text for a widget, with its line breaks."""
    return Content.styled(block_text(text), style(tone, bold=bold))


def entitle(widget: Widget, title: Content, subtitle: Content | None = None) -> None:
    """The words in a widget's border. One that is given a title is drawn anew, also if it has that already."""
    if widget.border_title != title.markup:
        widget.border_title = title
    if subtitle is not None and widget.border_subtitle != subtitle.markup:
        widget.border_subtitle = subtitle


def wrapped(text: str, width: int, tone: Tone = Tone.INK, *, bold: bool = False) -> tuple[Line, ...]:
    """Literal text as rows of at most `width` cells, its line breaks kept."""
    look = style(tone, bold=bold)
    return tuple((Bit(row, look),) for row in wrap(block_text(text), width))


def mark_bit(mark: Mark) -> Bit:
    """A meaning's glyph in its colour."""
    shape = MARKS[mark]
    return Bit(shape.plain if is_plain() else shape.glyph, style(shape.tone, bold=shape.bold))


def badge(verdict: str, word: str = "") -> Bit:
    """` ✗ FAILED `: filled for bad news, else bold text; once a screen."""
    look = VERDICTS[verdict]
    shape = MARKS[look.mark]
    text = f" {shape.plain if is_plain() else shape.glyph} {line_text(word or look.word).upper()} "
    return Bit(text, f"bold $onfill on ${look.tone.value}" if look.filled else f"bold ${look.tone.value}")


def verdict_bits(verdict: str, *, tiny: bool = False) -> Line:
    """Glyph and lower-case word for a table: `✗ failed`."""
    look = VERDICTS[verdict]
    mark = mark_bit(look.mark)
    tone = Tone.MUTED if look.quiet else look.tone
    return (mark, Bit(" "), Bit(look.tiny if tiny else look.word, style(tone, bold=look.bold)))
