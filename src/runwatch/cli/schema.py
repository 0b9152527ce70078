"""`runwatch schema`: the JSON Schema of one line of a log, read off the vocabulary's classes."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import click
import msgspec
import orjson

from runwatch.cli.output import write
from runwatch.core.decode import snake_case
from runwatch.core.events import SOURCE_VARIANTS, VARIANTS, Event

JSON = dict[str, Any]
KNOWN = (*VARIANTS, *SOURCE_VARIANTS)
TEXT_OR_NULL: JSON = {"type": ["string", "null"]}
_TYPES: dict[str, JSON] = {
    "str": {"type": "string"},
    "int": {"type": "integer", "minimum": 0, "maximum": 2**64 - 1},
    "bool": {"type": "boolean"},
    "dict[str, typing.Any]": {"type": "object"},
    "tuple[str, ...]": {"type": "array", "items": {"type": "string"}},
    "tuple[tuple[str, str, str], ...]": {
        "type": "array",
        "items": {"type": "array", "items": {"type": "string"}, "minItems": 3, "maxItems": 3},
    },
}

_TOLD: JSON = {
    "type": "object",
    "properties": {"type": {"enum": ["started", "progress_init", "progress", "finished"]}},
    "required": ["type", "export_name"],
    "not": {"anyOf": [{"required": [key]} for key in ("event", "recorded_at", "origin")]},
    "if": {"properties": {"type": {"const": "progress"}}},
    "then": {"required": ["chunks_done"], "not": {"required": ["run_id"]}},
}
"""What makes a line one of the progress stream (`core/stream.py`)."""


@click.command(
    short_help="The JSON Schema of one line of a log.",
    epilog="Example: runwatch schema > event.schema.json",
)
def command() -> int:
    """Print the JSON Schema (2020-12) of one line of an event log.

    It has every form that is read: the event under its name or with a `type`,
    a line of the progress stream, and a whole journal document. Events that it does not know are allowed.
    """
    write(orjson.dumps(schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return 0


def schema() -> JSON:
    """What a line must be to be no problem."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of an event log that runwatch reads",
        "anyOf": [{"$ref": f"#/$defs/{form}"} for form in ("line", "tagged_line", "stream_line", "document")],
        "$defs": {
            "line": _envelope(["event"], {"event": {"$ref": "#/$defs/event"}}),
            "tagged_line": _tagged_line(),
            "stream_line": _stream_line(),
            "document": _document(),
            "event": {"anyOf": [_externally_tagged(), _internally_tagged()]},
            **{variant.__name__: fields_schema(variant) for variant in KNOWN},
        },
    }


def fields_schema(variant: type[Event]) -> JSON:
    """The fields of one variant; further ones are allowed."""
    hints = get_type_hints(variant)
    own = [field for field in msgspec.structs.fields(variant) if field.name != "extra"]
    return {
        "description": f"{variant.__doc__} (group {variant.group})",
        "type": "object",
        "properties": {field.encode_name: _type_of(hints[field.name]) for field in own},
        "required": [field.encode_name for field in own if field.required],
    }


def _type_of(annotation: Any) -> JSON:
    arms = get_args(annotation)
    if type(None) in arms:
        (inner,) = (arm for arm in arms if arm is not type(None))
        found = _type_of(inner)
        return found | {"type": [found["type"], "null"]}
    return _TYPES.get(str(annotation)) or _TYPES[annotation.__name__]


def _names(variant: type[Event]) -> list[str]:
    return [variant.__name__, snake_case(variant.__name__)]


def _reference(variant: type[Event]) -> JSON:
    return {"$ref": f"#/$defs/{variant.__name__}"}


def _envelope(required: list[str], more: JSON) -> JSON:
    """A line around an event: everything but the event may be missing, and anything may be added."""
    recorded_at = TEXT_OR_NULL | {"description": "RFC 3339; anything else leaves the time unknown"}
    around = {"run_id": TEXT_OR_NULL, "export_name": TEXT_OR_NULL, "recorded_at": recorded_at}
    return {"type": "object", "properties": around | more, "required": required}


def _externally_tagged() -> JSON:
    """`{"ChunkFailed": {…}}`."""
    known = {name: _reference(variant) for variant in KNOWN for name in _names(variant)}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": known | {"type": {"not": {"type": "string"}}},
    }


def _internally_tagged() -> JSON:
    """`{"type": "ChunkFailed", …}`."""
    fields = [
        {"if": {"properties": {"type": {"enum": _names(variant)}}}, "then": _reference(variant)} for variant in KNOWN
    ]
    return {"type": "object", "properties": {"type": {"type": "string"}}, "required": ["type"], "allOf": fields}


def _tagged_line() -> JSON:
    """The event's fields beside the envelope's; one that nobody knows must at least name its run or its time."""
    known = [name for variant in KNOWN for name in _names(variant)]
    inside = _internally_tagged()
    return _envelope(["type"], inside["properties"]) | {
        "not": {"anyOf": [{"required": ["event"]}, _TOLD]},
        "anyOf": [
            {"properties": {"type": {"enum": known}}},
            {"required": ["run_id"]},
            {"required": ["recorded_at"]},
        ],
        "allOf": inside["allOf"],
    }


def _stream_line() -> JSON:
    """`{"type": "finished", …}`: one of those that have neither a time nor an event of the vocabulary."""
    count, run = _TYPES["int"], {"run_id": _TYPES["str"]}
    totals = dict.fromkeys(("total_rows", "files_produced", "bytes_written", "duration_ms"), count)
    kinds = {
        "started": run,
        "progress_init": {"total_chunks": count},
        "progress": {"chunks_done": count, "rows": count},
        "finished": run | totals | {"status": _TYPES["str"]},
    }
    fields = [
        {
            "if": {"properties": {"type": {"const": kind}}},
            "then": {"properties": own | {"error_message": TEXT_OR_NULL}, "required": list(own)},
        }
        for kind, own in kinds.items()
    ]
    return _TOLD | {"properties": {"export_name": _TYPES["str"], "type": {"enum": list(kinds)}}, "allOf": fields}


def _document() -> JSON:
    """A whole journal, of which every entry is a line without a run."""
    entries = {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/line"}, {"$ref": "#/$defs/tagged_line"}]}}
    return {
        "type": "object",
        "properties": {"run_id": TEXT_OR_NULL, "export_name": TEXT_OR_NULL, "entries": entries},
        "required": ["entries"],
        "not": {"anyOf": [{"required": ["event"]}, {"required": ["type"]}]},
    }
