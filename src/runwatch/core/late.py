"""Columns that are made when they are asked for: a gigabyte's log is on the screen with a tenth of them.

An object with such columns is of a class of its own until it has them all: only
then, and only of it, is what is missing looked for.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from runwatch.core.chunks import Chunks
from runwatch.core.facts import Facts
from runwatch.core.files import Files
from runwatch.core.index import RunLog
from runwatch.core.names import Names
from runwatch.core.run import RunState
from runwatch.core.steps import Counts, Steps, Threes

KINDS: tuple[type, ...] = (RunLog, Facts, Names, RunState, Chunks, Files, Steps, Threes, Counts)
"""What can have them."""


class Column(NamedTuple):
    """Stands for a column."""

    code: str
    data: bytes | memoryview

    def make(self) -> array[Any]:
        """The column itself."""
        made: array[Any] = array(self.code)
        made.frombytes(self.data)
        return made


def waiting(kind: type) -> type:
    """A class that takes what an object of that kind held when it was put away."""

    def take(self: Any, state: tuple[None, dict[str, Any]]) -> None:
        missing = {name: value for name, value in state[1].items() if type(value) is Column}
        for name, value in state[1].items():
            if name not in missing:
                setattr(self, name, value)
        self.__class__ = _without(kind, missing) if missing else kind

    return type(kind.__name__, (kind,), {"__slots__": (), "__setstate__": take})


def _without(kind: type, missing: dict[str, Column]) -> type:
    def find(self: Any, name: str) -> Any:
        if name not in missing:
            raise AttributeError(name)
        made = missing[name].make()
        setattr(self, name, made)
        return made

    def put(self: Any, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        missing.pop(name, None)  # also where another column took its place before anybody asked for it
        if not missing and name != "__class__":
            self.__class__ = kind

    return type(kind.__name__, (kind,), {"__slots__": (), "__getattr__": find, "__setattr__": put})


def columns_of(thing: Any) -> Iterator[array[Any]]:
    """The columns that may be made later, of it and of what it has; those that are missing are made now."""
    for value in list(_held(thing)):
        if isinstance(value, array):
            yield value
        elif isinstance(value, KINDS):
            yield from columns_of(value)


def _held(thing: Any) -> Iterator[Any]:
    slots = chain.from_iterable(getattr(kind, "__slots__", ()) for kind in type(thing).__mro__)
    return (getattr(thing, name) for name in slots if name != "__weakref__")
