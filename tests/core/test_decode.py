from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.strategies import EVENTS

from runwatch.core import events as ev
from runwatch.core.decode import decode_line, snake_case
from runwatch.core.encode import encode, fields_of
from runwatch.core.events import SOURCE_VARIANTS, VARIANTS, Entry, Event, PlanResolved, Problem, Unknown
from runwatch.core.text import LIMIT

JSON = dict[str, Any]
ALL = (*VARIANTS, *SOURCE_VARIANTS)
OPTIONAL = {
    "PlanResolved": {"chunk_key", "resumable", "row_hash"},
    "ChunkCompleted": {"file_name"},
    "RunCompleted": {"error_message"},
    "RunStarted": {"destination", "resumes"},
    "Progress": {"chunks_total", "chunks_done", "rows", "files", "bytes"},
    "ProducerSeen": {"host", "pid", "until", "superseded_by"},
}
"""Fields that may be missing: those three of PlanResolved, and all that may be null."""
SPECIAL: JSON = {
    "added": ["a (Int)"],
    "removed": ["b"],
    "type_changed": [["c", "Int", "Text"]],
    "row_hash": {"column": "h", "covered": True, "render": "xxh3"},
}
WRONG = {"a text": 7, "a number": "7", "true or false": 1, "an object": [], "a list of texts": ["a", 1]}
WRONG["a list of [column, old, new]"] = [["a", "b"]]


def kind_of(annotation: Any) -> str:
    """What a field must be, in the words of a reason."""
    arms = [arm for arm in get_args(annotation) if arm is not type(None)]
    if type(None) in get_args(annotation):
        return kind_of(arms[0])
    simple: dict[Any, str] = {str: "a text", int: "a number", bool: "true or false"}
    if annotation in simple:
        return simple[annotation]
    if "dict" in str(annotation):
        return "an object"
    return "a list of [column, old, new]" if "str, str, str" in str(annotation) else "a list of texts"


def kinds(variant: type[Event]) -> dict[str, str]:
    hints = get_type_hints(variant)
    own = [field for field in msgspec.structs.fields(variant) if field.name != "extra"]
    return {field.encode_name: kind_of(hints[field.name]) for field in own}


def sample(variant: type[Event]) -> JSON:
    """Every field of a variant, as a log has it."""
    values: JSON = {"a text": "x\ny", "a number": 3, "true or false": True}
    return {name: SPECIAL.get(name, values.get(kind)) for name, kind in kinds(variant).items()}


def said(line: JSON) -> Entry | Problem:
    (one,) = decode_line(json.dumps(line).encode(), "file")
    return one


def event_of(line: JSON) -> Event:
    one = said(line)
    assert isinstance(one, Entry), one
    return one.event


def reason_of(line: Any) -> str:
    (one,) = decode_line(line if isinstance(line, bytes) else json.dumps(line).encode(), "file")
    assert isinstance(one, Problem), one
    return one.reason


FORMS: dict[str, Callable[[str, JSON], JSON]] = {
    "externally tagged": lambda name, fields: {"event": {name: fields}},
    "snake case": lambda name, fields: {"event": {snake_case(name): fields}},
    "tagged inside": lambda name, fields: {"event": {"type": name, **fields}},
    "tagged inside, snake case": lambda name, fields: {"event": {"type": snake_case(name), **fields}},
    "tagged at the top": lambda name, fields: {"type": name, **fields},
    "tagged at the top, snake case": lambda name, fields: {"type": snake_case(name), **fields},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("variant", ALL)
def test_every_form_of_every_variant_says_the_same(variant: type[Event], form: str) -> None:
    """Externally and internally tagged, in either spelling: one event."""
    fields = sample(variant)
    event = event_of(FORMS[form](variant.__name__, fields))
    assert type(event) is variant
    assert json.loads(json.dumps(fields_of(event))) == fields
    assert event == event_of(FORMS["externally tagged"](variant.__name__, fields))


@pytest.mark.parametrize("variant", ALL)
def test_what_is_encoded_is_decoded_as_it_was(variant: type[Event]) -> None:
    """A spool, a record and a log say the same."""
    line = {
        "run_id": "r", "export_name": "e", "recorded_at": "2026-11-23T18:14:51.055Z", "origin": "tables",
        "event": {variant.__name__: sample(variant) | {"more": [1, {"deep": None}]}},
    }  # fmt: skip
    entry = said(line)
    assert isinstance(entry, Entry)
    assert json.loads(encode(entry)) == line
    assert decode_line(encode(entry), "other") == [entry]


@given(st.sampled_from(sorted(EVENTS)).flatmap(EVENTS.__getitem__))
def test_any_event_survives_encoding(event: JSON) -> None:
    """So does one that nobody knows, with whatever it holds."""
    entry = said({"event": event})
    assert isinstance(entry, Entry)
    (again,) = decode_line(encode(entry), "x")
    assert isinstance(again, Entry)
    assert again.event == entry.event


@pytest.mark.parametrize("variant", ALL)
def test_a_missing_field_is_a_problem_unless_it_is_optional(variant: type[Event]) -> None:
    """Optional are three of PlanResolved and whatever may be null; the reason names the field."""
    fields = sample(variant)
    for name in fields:
        line = {"event": {variant.__name__: {key: value for key, value in fields.items() if key != name}}}
        if name in OPTIONAL.get(variant.__name__, set()):
            assert fields_of(event_of(line))[name] in (None, False)
        else:
            assert reason_of(line) == f"{variant.__name__}.{name}: missing"


@pytest.mark.parametrize("variant", ALL)
def test_a_field_of_the_wrong_type_is_a_problem(variant: type[Event]) -> None:
    """The reason names the field, what was expected and what was found."""
    for name, kind in kinds(variant).items():
        line = {"event": {variant.__name__: sample(variant) | {name: WRONG[kind]}}}
        quoted = json.dumps(WRONG[kind]) if not isinstance(WRONG[kind], list) else "a list"
        assert reason_of(line) == f"{variant.__name__}.{name}: expected {kind}, found {quoted}"


@pytest.mark.parametrize("variant", ALL)
def test_null_is_a_value_only_where_the_vocabulary_says_so(variant: type[Event]) -> None:
    """`or null` fields take null, all others do not."""
    for name, kind in kinds(variant).items():
        line = {"event": {variant.__name__: sample(variant) | {name: None}}}
        if name in OPTIONAL.get(variant.__name__, set()) - {"resumable"}:
            assert fields_of(event_of(line))[name] is None
        else:
            assert reason_of(line) == f"{variant.__name__}.{name}: expected {kind}, found null"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (-1, "0 or more, found -1"),
        (1.0, ", found 1.0"),
        (True, ", found true"),
        (2**64, ", found 1.8446744073709552e+19"),
    ],
)
def test_counts_are_whole_numbers_from_0(value: Any, found: str) -> None:
    """Counts are integers ≥ 0, and a number of more than 64 bits is none."""
    line = {"event": {"ReconciliationResult": {"source_count": value, "exported_rows": 0, "matched": False}}}
    expected = f"a number of {found}" if value == -1 else f"a number{found}"
    assert reason_of(line) == f"ReconciliationResult.source_count: expected {expected}"


def test_the_greatest_count_is_taken() -> None:
    """64 bits are what the producer has."""
    line = {"event": {"ChunkCompleted": {"chunk_index": 2**64 - 1, "rows": 2**64 - 1}}}
    assert fields_of(event_of(line)) == {"chunk_index": 2**64 - 1, "rows": 2**64 - 1, "file_name": None}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([], "not an event: expected an object, found a list"),
        (7, "not an event: expected an object, found 7"),
        ({}, "not an event: neither `event` nor `type` nor `entries`"),
        ({"event": None}, "event: expected an object, found null"),
        ({"event": "ChunkFailed"}, 'event: expected an object, found "ChunkFailed"'),
        ({"event": {}}, "not one event: `event` has 0 keys"),
        ({"event": {"A": {}, "B": {}}}, "not one event: `event` has 2 keys"),
        ({"event": {"ChunkFailed": 3}}, "ChunkFailed: expected an object, found 3"),
        ({"run_id": 3, "event": {"X": {}}}, "run_id: expected a text, found 3"),
        ({"export_name": [], "event": {"X": {}}}, "export_name: expected a text, found a list"),
        ({"recorded_at": 1591000000, "event": {"X": {}}}, "recorded_at: expected a time, found 1591000000"),
        ({"type": 3, "run_id": "r"}, "type: expected a text, found 3"),
        ({"type": "heartbeat"}, 'not an event: type "heartbeat" is not known, and there is no run_id or recorded_at'),
        ({"entries": {}}, "entries: expected a list, found an object"),
        ({"run_id": 1, "entries": []}, "run_id: expected a text, found 1"),
        (b"{", "not JSON: expecting property name enclosed in double quotes at column 2"),
        (b'{"event": tru}', "not JSON: expecting value at column 11"),
        (b'{"a":"b', "not JSON: unterminated string at column 7"),
        (b'{"a":"\xff"}', "not UTF-8 at byte 7"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_of_ours_says_why(line: Any, reason: str) -> None:
    """A problem has its exact reason."""
    assert reason_of(line) == reason


@pytest.mark.parametrize("line", [b"", b" ", b"\r", b"\t \r"])
def test_a_blank_line_says_nothing(line: bytes) -> None:
    """Blank lines are neither events nor problems."""
    assert decode_line(line, "x") == []


@pytest.mark.parametrize("beside", [{"run_id": "r"}, {"recorded_at": "2026-11-23T18:14:51Z"}, {"recorded_at": None}])
def test_a_type_that_is_none_of_ours_is_an_unknown_event_beside_a_run_or_a_time(beside: JSON) -> None:
    """Another program's line is a problem, a newer producer's an unknown event."""
    event = event_of({"type": "Teleported", "why": ["\x1b"], **beside})
    assert event == Unknown(variant="Teleported", extra={"why": ["␛"]})
    assert event.kind == "Teleported"


@pytest.mark.parametrize("fields", [None, 3, "x", [1], {"value": 1}, {}])
def test_an_unknown_variant_is_kept_whatever_it_holds(fields: Any) -> None:
    """Counted, shown, harmless."""
    event = event_of({"event": {"Teleported": fields}})
    assert isinstance(event, Unknown)
    assert event.variant == "Teleported"
    assert event.group == "unknown"


def test_fields_that_nobody_knows_are_kept_behind_the_others() -> None:
    """As the log has them, even one that is called as we call ours."""
    event = event_of({"event": {"PlanWarning": {"extra": 1, "rule": "r", "message": "m", "zeta": None}}})
    assert list(fields_of(event).items()) == [("rule", "r"), ("message", "m"), ("extra", 1), ("zeta", None)]


def test_of_two_equal_keys_the_last_counts() -> None:
    """As for every JSON reader."""
    (one,) = decode_line(b'{"event":{"Warning":{"context":"a","context":"b","message":"m"}}}', "x")
    assert isinstance(one, Entry)
    assert one.event == ev.Warning(context="b", message="m")


def test_the_plan_at_the_top_shares_its_name_with_the_line() -> None:
    """`export_name` beside `type` is the line's and the plan's."""
    entry = said({"type": "plan_resolved", **sample(PlanResolved), "export_name": "orders"})
    assert isinstance(entry, Entry)
    assert isinstance(entry.event, PlanResolved)
    assert (entry.export_name, entry.event.export_name, entry.event.extra) == ("orders", "orders", None)


# ------------------------------------------------------------------------------------------------------- envelope


def test_a_bare_entry_belongs_to_the_file_it_stands_in() -> None:
    """The log's own identity serves where there is no run_id."""
    line: JSON = {"recorded_at": None, "event": {"X": {}}}
    bare, null, empty = said(line), said(line | {"run_id": None}), said(line | {"run_id": ""})
    assert isinstance(bare, Entry)
    assert isinstance(null, Entry)
    assert isinstance(empty, Entry)
    assert (bare.run_id, null.run_id, empty.run_id) == ("file", "file", "")
    assert (bare.export_name, bare.time, bare.origin, bare.number) == (None, None, "journal", 0)


@pytest.mark.parametrize(
    ("origin", "kept"),
    [("tables", "tables"), ("stream", "stream"), ("journal", "journal"), (None, "journal"), (3, "journal")],
)
def test_an_origin_is_one_of_three(origin: Any, kept: str) -> None:
    """Anything else an entry may have is ignored by the fold."""
    entry = said({"origin": origin, "event": {"X": {}}})
    assert isinstance(entry, Entry)
    assert entry.origin == kept


def test_a_document_keeps_its_good_entries_and_names_the_broken_ones() -> None:
    """A problem in a document has the entry's number; the document's run and export serve where an entry has none."""
    document = {
        "run_id": "r", "export_name": "e",
        "entries": [
            {"recorded_at": "2026-11-23T18:00:00Z", "event": {"Warning": {"context": "c", "message": "m"}}},
            7,
            {"event": {"Warning": {"context": "c"}}},
            {"type": "retry_attempted", "attempt": 1, "reason": "x", "backoff_ms": 0, "run_id": "other"},
            {"recorded_at": "x", "event": {"Teleported": {}}},
        ],
    }  # fmt: skip
    first, second, third, fourth, fifth = decode_line(json.dumps(document).encode(), "file")
    assert isinstance(first, Entry)
    assert isinstance(fourth, Entry)
    assert isinstance(fifth, Entry)
    assert (first.run_id, first.export_name, first.number) == ("r", "e", 1)
    assert second == Problem("entry 2: expected an object, found 7", 2)
    assert third == Problem("entry 3: Warning.message: missing", 3)
    assert (fourth.run_id, fourth.number) == ("other", 4)
    assert (fifth.run_id, fifth.time, fifth.number) == ("r", None, 5)


@pytest.mark.parametrize(("run_id", "kept"), [("r", "r"), (None, "file"), ("", "")])
def test_a_document_without_a_run_belongs_to_its_file(run_id: str | None, kept: str) -> None:
    """Null and missing are the same; an empty id is an id."""
    (entry,) = decode_line(json.dumps({"run_id": run_id, "entries": [{"event": {"X": {}}}]}).encode(), "file")
    assert isinstance(entry, Entry)
    assert entry.run_id == kept


def test_an_empty_document_says_nothing() -> None:
    """No entries, no events, no problem."""
    assert decode_line(b'{"run_id":"r","entries":[]}', "x") == []


# ------------------------------------------------------------------------------------------------------ hostility

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
near_misses = st.fixed_dictionaries(
    {},
    optional={
        "run_id": json_values,
        "export_name": json_values,
        "recorded_at": json_values,
        "origin": json_values,
        "type": json_values | st.sampled_from(["ChunkFailed", "progress"]),
        "entries": json_values | st.lists(json_values, max_size=3),
        "event": json_values | st.dictionaries(st.sampled_from(["Warning", "PlanResolved", "Progress"]), json_values),
    },
)


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"\x00" * 50)
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"1" * 100_000)
@example(b'"\\ud800"')
@example(b"NaN")
@example(b"\xef\xbb\xbf{}")
def test_no_bytes_can_make_decoding_fail(line: bytes) -> None:
    """Decoding never raises; whatever it cannot use says why, safely and shortly."""
    for one in decode_line(line, "x"):
        assert isinstance(one, Problem)
        assert one.reason
        assert one.reason.isprintable()
        assert len(one.reason) < 200


@given(json_values | near_misses)
def test_no_json_value_can_make_decoding_fail(value: Any) -> None:
    """Any value is an entry or a problem, and an entry can be written again."""
    line = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    for one in decode_line(line, "x"):
        if isinstance(one, Entry):
            assert decode_line(encode(one), one.run_id)[0] == Entry(**{**msgspec.structs.asdict(one), "number": 0})
        else:
            assert one.reason


def test_deep_nesting_is_cut_where_no_screen_shows_it() -> None:
    """A value nested deeper than is kept says so, and does no harm."""
    nested: Any = 1
    for _ in range(500):
        nested = [nested]
    event = event_of({"event": {"PlanWarning": {"rule": "r", "message": "m", "deep": nested}}})
    assert "nested more than 64 deep" in json.dumps(fields_of(event))
    assert reason_of(b'{"event":' * 2000 + b"1" + b"}" * 2000).startswith("not JSON: ")


HOSTILE = "\x1b[31m\x9b1m\x1b]0;t\x07\x00\u202e\u200b\U000e0041"
TAMED = "␛[31m\\u009b1m␛]0;t␇␀\\u202e\\u200b\\U000e0041"


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts_in(part)]
    return [text for inner in value for text in texts_in(inner)] if isinstance(value, list | tuple) else []


def hostile(value: Any) -> Any:
    """The same with every text, and every key that is not ours, made hostile."""
    if isinstance(value, str):
        return HOSTILE
    return [hostile(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("variant", ALL)
def test_every_text_of_every_variant_is_made_safe(variant: type[Event]) -> None:
    """Text from outside becomes safe at decode: fields, lists of texts, extras, their keys, the envelope."""
    fields = {name: hostile(value) for name, value in sample(variant).items()}
    if "row_hash" in fields:
        fields["row_hash"] = {HOSTILE: [HOSTILE]}
    line = {
        "run_id": HOSTILE,
        "export_name": HOSTILE,
        "event": {variant.__name__: fields | {HOSTILE: [{HOSTILE: HOSTILE}]}},
    }
    entry = said(line)
    assert isinstance(entry, Entry)
    assert (entry.run_id, entry.export_name) == (TAMED, TAMED)
    own = set(kinds(variant)) | {"column", "covered", "render"}
    texts = [text for text in texts_in(fields_of(entry.event)) if text not in own]
    assert texts
    assert set(texts) == {TAMED}


def test_an_unknown_variant_has_a_safe_name() -> None:
    """Its name comes from outside like everything else."""
    event = event_of({"event": {HOSTILE: {HOSTILE: 1}}})
    assert event == Unknown(variant=TAMED, extra={TAMED: 1})


def test_a_reason_quotes_what_it_found_safely_and_shortly() -> None:
    """A problem's reason is shown too."""
    reason = reason_of({"event": {"ChunkFailed": {"chunk_index": HOSTILE * 1000, "error": "", "attempt": 1}}})
    assert reason.startswith('ChunkFailed.chunk_index: expected a number, found "')
    assert reason.isprintable()
    assert len(reason) < 120


def test_a_text_of_more_than_64_kib_is_cut_and_says_so() -> None:
    """Cut at 64 KiB, and said to be, with its size; at 64 KiB it is whole."""
    whole, cut = ("x" * size for size in (LIMIT, LIMIT + 1))
    for text in (whole, cut):
        event = event_of({"event": {"Warning": {"context": "c", "message": text, "more": text}}})
        for kept in (fields_of(event)["message"], fields_of(event)["more"]):
            assert kept == (whole if text == whole else f"{whole}… (cut: 65,537 bytes, the first 64 KiB are shown)")
