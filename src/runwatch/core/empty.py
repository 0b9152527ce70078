"""What most runs never have takes no room until they have it: of ten thousand small runs each empty object counts."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

NOTHING: Mapping[Any, Any] = {}
"""Shared by all who have nothing yet; only `own` gives one to write into."""


SHORT, SEVERAL = 10_000, 8
"""A column of fewer numbers may be copied each time so many are added."""


def longer(column: array[int], more: array[int]) -> array[int]:
    """A column and more of it. A short one has just the room it needs: of two thousand runs each spare tenth counts."""
    if len(column) < SHORT and len(more) >= SEVERAL:
        return column + more
    column.extend(more)
    return column


def own(mapping: Mapping[Key, Value]) -> dict[Key, Value]:
    """A mapping that can be written into: this one, or a new one where it is empty and may be the shared one."""
    return mapping if mapping and isinstance(mapping, dict) else {}
