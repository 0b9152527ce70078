"""One line of bytes → entries or a problem; never raises.

Accepted are the forms of EVENTS.md: a line with `event`, a bare journal entry,
a whole journal document, the same variants in snake case or internally tagged,
and those of the progress stream. A line that is none of these is a problem with
its exact reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import orjson

from runwatch.core.events import SOURCE_VARIANTS, VARIANTS, Entry, Event, PlanResolved, Problem, Unknown
from runwatch.core.stream import Stream, Unplaced, is_told
from runwatch.core.text import safe, safe_value
from runwatch.core.times import parse_time

Decoded = Entry | Problem

ENVELOPE = frozenset({"run_id", "export_name", "recorded_at", "type", "origin"})
_MISSING = object()


class Unfit(Exception):
    """A value that the vocabulary does not allow; its text is the problem's reason."""


def decode_line(line: bytes, identity: str, stream: Stream | None = None, arrived: int | None = None) -> list[Decoded]:
    """What one line says: one entry, a document's entries, or one problem."""
    try:
        value = orjson.loads(line)
        if isinstance(value, dict) and "type" in value and is_told(value):
            said = (stream or Stream()).said(value, arrived)
            first = int(len(said) > 1)
            return [_decode_entry(each, identity, None, number) for number, each in enumerate(said, first)]
        return _decode(value, identity)
    except orjson.JSONDecodeError as error:
        return [] if not line.strip() else [Problem(_why_not_json(line, error))]
    except (Unfit, Unplaced) as unfit:
        return [Problem(str(unfit))]


def _decode(value: Any, identity: str) -> list[Decoded]:
    if not isinstance(value, dict):
        raise Unfit(f"not an event: expected an object, found {_found(value)}")
    if "entries" in value and "event" not in value and "type" not in value:
        return _decode_document(value, identity)
    return [_decode_entry(value, identity, None, 0)]


def _decode_document(document: dict[str, Any], identity: str) -> list[Decoded]:
    entries = document["entries"]
    if not isinstance(entries, list):
        raise Unfit(f"entries: expected a list, found {_found(entries)}")
    run_id = _text_or(document, "run_id", identity)
    export_name = _text_or(document, "export_name", None)
    decoded: list[Decoded] = []
    for number, value in enumerate(entries, 1):
        try:
            if not isinstance(value, dict):
                raise Unfit(f"expected an object, found {_found(value)}")
            decoded.append(_decode_entry(value, identity if run_id is None else run_id, export_name, number))
        except Unfit as unfit:
            decoded.append(Problem(f"entry {number}: {unfit}", number))
    return decoded


def _decode_entry(value: dict[str, Any], identity: str, export_name: str | None, number: int) -> Entry:
    event = _event_of(value)
    time, digits = _time_of(value)
    origin = value.get("origin")
    run_id = _text_or(value, "run_id", None)
    return Entry(
        run_id=identity if run_id is None else run_id,
        event=event,
        export_name=_text_or(value, "export_name", export_name),
        time=time,
        digits=digits,
        origin=origin if origin in ("tables", "stream") else "journal",
        number=number,
    )


def _time_of(value: dict[str, Any]) -> tuple[int | None, int]:
    text = value.get("recorded_at")
    if text is None:
        return None, 0
    if not isinstance(text, str):
        raise Unfit(f"recorded_at: expected a time, found {_found(text)}")
    return parse_time(text) or (None, 0)


def _text_or(value: dict[str, Any], key: str, default: str | None) -> str | None:
    text = value.get(key)
    if text is None:
        return default
    if not isinstance(text, str):
        raise Unfit(f"{key}: expected a text, found {_found(text)}")
    return shared(safe(text))


def _event_of(value: dict[str, Any]) -> Event:
    event = value.get("event", _MISSING)
    return _tagged_line(value) if event is _MISSING else event_in(event)


def event_in(event: Any) -> Event:
    """What stands behind the key `event`. Raises `Unfit`."""
    if not isinstance(event, dict):
        raise Unfit(f"event: expected an object, found {_found(event)}")
    tag = event.get("type")
    if isinstance(tag, str):
        return _build(tag, {key: inner for key, inner in event.items() if key != "type"})
    if len(event) != 1:
        raise Unfit(f"not one event: `event` has {len(event)} keys")
    ((variant, fields),) = event.items()
    return _build(variant, fields)


def _tagged_line(value: dict[str, Any]) -> Event:
    """`{"type":"ChunkFailed","chunk_index":17,…}`: the fields stand beside the envelope's."""
    tag = value.get("type", _MISSING)
    if tag is _MISSING:
        raise Unfit("not an event: neither `event` nor `type` nor `entries`")
    if not isinstance(tag, str):
        raise Unfit(f"type: expected a text, found {_found(tag)}")
    variant = _VARIANTS.get(tag)
    if variant is None and "run_id" not in value and "recorded_at" not in value:
        raise Unfit(f"not an event: type {_found(tag)} is not known, and there is no run_id or recorded_at")
    fields = {key: inner for key, inner in value.items() if key not in ENVELOPE}
    if variant is PlanResolved and "export_name" in value:
        fields["export_name"] = value["export_name"]
    return _build(tag, fields)


def _build(name: str, fields: Any) -> Event:
    variant = _VARIANTS.get(name)
    if variant is None:
        extra = fields if isinstance(fields, dict) else {"value": fields}
        return Unknown(variant=safe(name), extra=safe_value(extra) or None)
    if not isinstance(fields, dict):
        raise Unfit(f"{variant.__name__}: expected an object, found {_found(fields)}")
    known, names = _SPEC[variant]
    values: dict[str, Any] = {}
    for key, attribute, check, required in known:
        value = fields.get(key, _MISSING)
        if value is _MISSING:
            if required:
                raise Unfit(f"{variant.__name__}.{key}: missing")
            continue
        try:
            values[attribute] = check(value)
        except Unfit as unfit:
            raise Unfit(f"{variant.__name__}.{key}: expected {unfit}, found {_found(value)}") from None
    if len(fields) > len(values):
        values["extra"] = {safe(key): safe_value(inner) for key, inner in fields.items() if key not in names} or None
    return variant(**values)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Unfit("a text")
    return shared(safe(value))


def shared(text: str) -> str:
    """The same text, as the object that was read lately if there is one."""
    if len(_lately) >= TEXTS_SHARED:
        _lately.clear()
    return _lately.setdefault(text, text)


TEXTS_SHARED = 200
_lately: dict[str, str] = {}
"""Texts read lately: what many events say, as why they failed, is kept once."""


def _count(value: Any) -> int:
    if type(value) is not int:
        raise Unfit("a number")
    if value < 0:
        raise Unfit("a number of 0 or more")
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise Unfit("true or false")
    return value


def _object(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise Unfit("an object")
    checked: dict[str, Any] = safe_value(value)
    return checked


def _texts(value: Any) -> tuple[str, ...]:
    if type(value) is not list or any(type(item) is not str for item in value):
        raise Unfit("a list of texts")
    return tuple(map(safe, value))


def _changes(value: Any) -> tuple[tuple[str, ...], ...]:
    try:
        changes = tuple(_texts(item) for item in value) if type(value) is list else None
    except Unfit:
        changes = None
    if changes is None or any(len(change) != 3 for change in changes):
        raise Unfit("a list of [column, old, new]")
    return changes


def _or_null(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else check(value)


def _check_for(annotation: str) -> Callable[[Any], Any]:
    """By its words in `events.py`; to work them all out as types takes 5 ms at every start."""
    kind = annotation.removesuffix(" | None")
    return _CHECKS[kind] if kind == annotation else _or_null(_CHECKS[kind])


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": _count,
    "bool": _flag,
    "dict[str, Any]": _object,
    "tuple[str, ...]": _texts,
    "tuple[tuple[str, str, str], ...]": _changes,
}

Field = tuple[str, str, Callable[[Any], Any], bool]


def _spec_of(variant: type[Event]) -> tuple[tuple[Field, ...], frozenset[str]]:
    names, defaults = variant.__struct_fields__, variant.__struct_defaults__
    required = [True] * (len(names) - len(defaults)) + [default is msgspec.NODEFAULT for default in defaults]
    fields = tuple(
        (key, name, _check_for(variant.__annotations__[name]), needed)
        for key, name, needed in zip(variant.__struct_encode_fields__, names, required, strict=True)
        if name != "extra"
    )
    return fields, frozenset(field[0] for field in fields)


def snake_case(name: str) -> str:
    """`chunk_failed` for `ChunkFailed`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_SPEC = {variant: _spec_of(variant) for variant in (*VARIANTS, *SOURCE_VARIANTS)}
_VARIANTS: dict[str, type[Event]] = {
    name: variant for variant in _SPEC for name in (variant.__name__, snake_case(variant.__name__))
}


def _found(value: Any) -> str:
    """A value as a reason may quote it: short, and safe."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    import json  # only a problem needs it: 2 ms

    text = json.dumps(value, ensure_ascii=False)
    return safe(text if len(text) <= 40 else text[:38] + "…")


def _why_not_json(line: bytes, error: orjson.JSONDecodeError) -> str:
    import json

    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"not UTF-8 at byte {wrong.start + 1}"
    try:
        json.loads(text)
    except json.JSONDecodeError as wrong:
        column = len(text) if wrong.msg.startswith("Unterminated string") else wrong.colno
        what = "unterminated string" if wrong.msg.startswith("Unterminated") else wrong.msg.lower()
        return f"not JSON: {what} at column {column:,}"
    except (RecursionError, ValueError):  # nested too deep, or a number of too many digits: the strict reader's word
        pass
    return f"not JSON: {error.msg.split(': line')[0]} at column {error.colno:,}"
