"""A small terminal: the bytes a program writes, as the characters that then stand on the screen.

It knows what full-screen programs need to place text (move, erase, the newline), and reads over everything else.
"""

from __future__ import annotations

import codecs
import re

TOKEN = re.compile(
    r"\x1b\[(?P<numbers>[0-9;:<=>?]*)[ -/]*(?P<final>[@-~])"  # an order
    r"|\x1b[\]PX^_](?:(?!\x07|\x1b\\).)*(?:\x07|\x1b\\)"  # a title, an answer: text that is not shown
    r"|\x1b[ -/]*[0-Z\\^`-~]"  # an order without numbers
    r"|(?P<control>[\x00-\x1a\x1c-\x1f])"
    r"|(?P<text>[^\x00-\x1f]+)",
    re.DOTALL,
)


class Screen:
    """What stands where."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes) -> None:
        """Take what was written; an order that is not whole yet waits for its end."""
        text = self._rest + self._decoder.decode(data)
        at = 0
        while (token := TOKEN.match(text, at)) is not None:
            at = token.end()
            if token["text"] is not None:
                self._write(token["text"])
            elif token["final"] is not None:
                self._order(token["final"], token["numbers"])
            elif token["control"] is not None:
                self._control(token["control"])
        self._rest = text[at:]

    @property
    def lines(self) -> list[str]:
        """All rows, without the blanks behind them."""
        return ["".join(cells).rstrip() for cells in self._cells]

    @property
    def text(self) -> str:
        """All rows in one."""
        return "\n".join(self.lines)

    def _write(self, text: str) -> None:
        room = self.columns - self._column
        self._cells[self._row][self._column : self._column + len(text)] = text[:room]
        self._column = min(self._column + len(text), self.columns)

    def _control(self, control: str) -> None:
        if control == "\r":
            self._column = 0
        elif control == "\n":
            self._row = min(self._row + 1, self.rows - 1)
        elif control == "\b":
            self._column = max(0, self._column - 1)

    def _order(self, final: str, numbers: str) -> None:
        if numbers[:1] in "<=>?" and numbers:
            return  # modes, and questions to the terminal
        given = [int(number) if number.isdigit() else 0 for number in numbers.split(";")]
        first = given[0] or 1
        if final in "Hf":
            self._go(first - 1, (given[1] or 1) - 1 if len(given) > 1 else 0)
        elif final in "ABCDGd":
            down, right = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}.get(final, (0, 0))
            row = first - 1 if final == "d" else self._row + down * first
            self._go(row, first - 1 if final == "G" else self._column + right * first)
        elif final in "JK":
            self._erase(final, given[0])

    def _go(self, row: int, column: int) -> None:
        self._row = max(0, min(row, self.rows - 1))
        self._column = max(0, min(column, self.columns - 1))

    def _erase(self, final: str, which: int) -> None:
        """From here to the end, from the beginning to here, or all: of the line (`K`) or the screen (`J`)."""
        here = (self._row, self._column)
        for row in range(self.rows) if final == "J" else [self._row]:
            for column in range(self.columns):
                ahead = (row, column) >= here
                if which >= 2 or (ahead if which == 0 else (row, column) <= here):
                    self._cells[row][column] = " "
