"""What the user types behind `/`, as a question that a row answers with yes or no.

All terms must hold. Nothing typed is ever wrong: what is no field or no
number is a word, and a term that is only half typed hides nothing.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any, Protocol

from msgspec import Struct

from runwatch.core.durations import parse_duration
from runwatch.core.times import MILLISECOND

FIELDS: Mapping[str, str] = {
    "run_id": "part of the run's id",
    "export": "part of the export's name",
    "verdict": "how the verdict's word begins: verdict:fail",
    "why": "part of the first reason",
    "rows": "rows delivered: rows>0 rows>=1.5M",
    "rate": "rows a second: rate<10k",
    "retries": "retries=2",
    "degraded": "quality issues, schema changes and warnings: degraded>0",
    "chunks": "chunks completed: chunks<20",
    "failures": "failed and interrupted attempts: failures>0",
    "elapsed": "how long it took, or has taken so far: elapsed>90s elapsed<1h30m",
}
"""The fields of a run. Numbers are plain numbers, `elapsed` is in ms; None is unknown, and found with `rows=?`."""
PROBLEM_FIELDS: Mapping[str, str] = {
    "path": "part of the file's path",
    "line": "line>=4000",
    "reason": "part of the reason",
}
"""The fields of a line that could not be read."""
EVENT_FIELDS: Mapping[str, str] = {
    "kind": "part of the event's kind, of any of several: kind:file|completed; the whole of it: kind=Warning",
    "group": "planned, happened, degraded, succeeded, outcome, source, unknown",
    "chunk": "the chunk it names: chunk:17 chunk>=100 chunk=3|7",
    "n": "its number in the run: n>=1200",
    "time": "part of its time in UTC: time:18:14",
    "rows": "rows of a file, a chunk or the totals: rows=0",
    "bytes": "bytes>1M",
    "file": "part of the file it names; file=? where it names none",
    "error": "part of the error, or of the reason for a retry",
    "message": "part of a warning or of a quality issue",
    "status": "of the outcome: status:failed",
    "attempt": "as the log counts: attempt>1",
    "origin": "journal, tables or stream: origin:tables",
    "line": "its line in the log: line>=4000",
    "log": "part of the log's path",
}
"""The fields of an event; one that it does not have is unknown, and found with `rows=?`."""
DURATIONS = frozenset({"elapsed"})
"""Fields in ms, asked for as `90s`, `10m`, `1h30m`; a bare number is seconds."""
BEGINNINGS = frozenset({"verdict"})
"""Fields of which `field:value` asks for the beginning, not for any part."""
ALTERNATIVES = frozenset({"kind", "group", "chunk", "n", "status", "attempt"})
"""Fields that take several values: `kind=FileWritten|ChunkCompleted`."""

AT_HAND = frozenset({"kind", "group", "n", "time", "origin", "line", "log", "run_id", "export", "verdict"})
"""Fields that cost next to nothing."""


class Fields(Protocol):
    """What a row has: a dictionary, or what makes its values only when they are asked for."""

    def get(self, name: str, /) -> object:
        """The value of a field; None is unknown."""

    def values(self) -> Iterable[object]:
        """Every value that a word is looked for in."""


Test = Callable[[Fields], bool]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq, ":": operator.eq,
}  # fmt: skip
_TOKEN = re.compile(r'(!*)((?:"[^"]*(?:"|$)|[^\s"])*)')
_TERM = re.compile(r"([a-z_]+)(:|>=|<=|>|<|=)(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_NUMBER = re.compile(r"(\d{1,30}(?:\.\d{0,30})?)([kmg]?)", re.IGNORECASE | re.ASCII)
_SUFFIXES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


class Filter(Struct, frozen=True):
    """A parsed filter; equal ones were typed equal."""

    text: str
    tests: tuple[Test, ...] = ()
    words: tuple[str, ...] = ()
    """Folded; where one of them is in no text of a row, the row is not found."""

    def __bool__(self) -> bool:
        """Whether it can hide anything."""
        return bool(self.tests)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filter) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def matches(self, fields: Fields) -> bool:
        """Whether every term holds of a row with these fields."""
        return all(test(fields) for test in self.tests)


def parse_filter(text: str, fields: Mapping[str, str] = FIELDS) -> Filter:
    """Words, `"quoted words"`, `!not`, `field:part`, `rows>=1.5M`; never raises. `fields` are those a row has."""
    tests, words = [], []
    for bangs, token in _TOKEN.findall(text):
        test = _test(token, fields)
        if test is None:
            continue
        tests.append((_cost(token), _inverted(test) if len(bangs) % 2 else test))
        if isinstance(test, _Word) and not len(bangs) % 2:
            words.append(test.wanted)
    return Filter(text, tuple(test for _, test in sorted(tests, key=operator.itemgetter(0))), tuple(words))


def _cost(token: str) -> int:
    """What is known without looking into the event, or at the run's reasons, is asked first; a word last."""
    match = _TERM.fullmatch(token)
    return 2 if match is None else int(match[1].lower() not in AT_HAND)


def _inverted(test: Test) -> Test:
    return lambda fields: not test(fields)


def _test(token: str, fields: Mapping[str, str]) -> Test | None:
    """What one token asks; None if it is not finished."""
    match = None if token.startswith('"') else _TERM.fullmatch(token)
    if match is None or match[1].lower() not in fields:
        return _word(_unquoted(token))
    field, sign, value = match[1].lower(), match[2], _unquoted(match[3])
    if not value:
        return None
    if field in ALTERNATIVES and sign in (":", "=") and "|" in value:
        return _any_of(field, value, whole=sign == "=")
    part = _part(field, sign, value.casefold()) if sign in (":", "=") else None
    number = _milliseconds(value) if field in DURATIONS else _number(value)
    if number is not None:
        return _comparison(field, sign, number, part)
    return part or _word(_unquoted(token))


def _unquoted(text: str) -> str:
    return text.replace('"', "")


class _Word(Struct, frozen=True):
    """In any text of the row; numbers are shown rounded, so that a word in one would be a puzzle."""

    wanted: str

    def __call__(self, fields: Fields) -> bool:
        return any(isinstance(value, str) and self.wanted in value.casefold() for value in fields.values())


def _word(word: str) -> Test | None:
    return _Word(word.casefold()) if word else None


def _part(field: str, sign: str, wanted: str) -> Test:
    def holds(fields: Fields) -> bool:
        value = fields.get(field)
        if value is None:
            return wanted == "?"
        found = str(value).casefold()
        if sign == "=":
            return found == wanted
        return found.startswith(wanted) if field in BEGINNINGS else wanted in found

    return holds


def _any_of(field: str, value: str, *, whole: bool) -> Test | None:
    """One of several; None while none of them is typed."""
    wanted = frozenset(each for each in value.casefold().split("|") if each)
    numbers = frozenset(number for number in map(_number, wanted) if number is not None)
    if not wanted:
        return None

    def holds(fields: Fields) -> bool:
        found = fields.get(field)
        if isinstance(found, str):
            text = found.casefold()
            return text in wanted if whole else any(part in text for part in wanted)
        return isinstance(found, int) and found in numbers if found is not None else "?" in wanted

    return holds


def _comparison(field: str, sign: str, number: Fraction, part: Test | None) -> Test:
    """Numbers with numbers; a text that holds digits is still a text, and `14/20` is also 14."""
    compare = _COMPARE[sign]
    than = number.numerator if number.denominator == 1 else number

    def holds(fields: Fields) -> bool:
        value: object = fields.get(field)
        if isinstance(value, str):
            if part is not None and part(fields):
                return True
            value = _number(value.partition("/")[0])
        return isinstance(value, int | float | Fraction) and compare(value, than)

    return holds


def _number(text: str) -> Fraction | None:
    """`1.5M`, `1,000`; None if it is no number."""
    match = _NUMBER.fullmatch(text.replace(",", ""))
    return Fraction(match[1]) * _SUFFIXES[match[2].lower()] if match else None


def _milliseconds(text: str) -> Fraction | None:
    """`90s`, `1h30m`, `240ms`; a bare number is seconds; None if it is no duration."""
    with suppress(ValueError):  # half typed, or a bare number
        return Fraction(parse_duration(text.lower()), MILLISECOND)
    match = _NUMBER.fullmatch(text)
    return Fraction(match[1]) * 1000 if match and not match[2] else None
