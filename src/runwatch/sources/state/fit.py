"""Values of rows as they should be: SQLite keeps anything in any column, and not every rivet has the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from msgspec import Struct

Fit = Callable[[Any], Any]


class Unfit(Exception):
    """A row that tells nothing, as a column that we cannot do without holds something else; the text says which."""


def fitted(kind: type[Struct], row: tuple[Any, ...], needed: Collection[str]) -> list[Any]:
    """The fields of a row of this kind. What is of another type becomes unknown, or `Unfit` where it is needed."""
    fields = _fields(kind)
    values = [
        value if type(value) is wanted else fit(value) for value, (_, wanted, fit) in zip(row, fields, strict=True)
    ]
    for value, given, (name, wanted, _) in zip(values, row, fields, strict=True):
        if value is None and name in needed:
            found = "NULL" if given is None else "something else"
            raise Unfit(f"{name}: expected {'a text' if wanted is str else 'a whole number'}, found {found}")
    return values


@cache
def _fields(kind: type[Struct]) -> tuple[tuple[str, type, Fit], ...]:
    types: tuple[tuple[type, Fit], ...] = ((bool, _flag), (int, _number), (str, text_of))
    return tuple(
        next((name, wanted, fit) for wanted, fit in types if wanted.__name__ in str(annotation))
        for name, annotation in kind.__annotations__.items()
    )


def text_of(value: Any) -> str | None:
    """Bytes that are no UTF-8 have U+FFFD in their place."""
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _number(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, int) else None


def _flag(value: Any) -> bool | None:
    return bool(value) if isinstance(value, int) else None
