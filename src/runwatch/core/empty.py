"""What most runs never have takes no room until they have it: of ten thousand small runs each empty object counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

NOTHING: Mapping[Any, Any] = {}
"""Shared by all who have nothing yet; only `own` gives one to write into."""


def own(mapping: Mapping[Key, Value]) -> dict[Key, Value]:
    """A mapping that can be written into: this one, or a new one where it is empty and may be the shared one."""
    return mapping if mapping and isinstance(mapping, dict) else {}
