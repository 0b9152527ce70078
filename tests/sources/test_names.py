"""What file names say."""

from __future__ import annotations

import random

import pytest

from runwatch.sources.names import any_name, log_name, without_ending


@pytest.mark.parametrize(
    ("name", "stem", "packed"),
    [
        ("x.jsonl", "x.jsonl", ""),
        ("x.ndjson.1", "x.ndjson", ""),
        ("x.jsonl.2.gz", "x.jsonl", "gz"),
        ("x.jsonl-20261123.zst", "x.jsonl", "zst"),
        ("x.jsonl-20261123-1700000000.gz", "x.jsonl", "gz"),
        ("x.jsonl.gz", "x.jsonl", "gz"),
        ("a.jsonl.b.jsonl.3", "a.jsonl.b.jsonl", ""),
        ("orders-20261123.jsonl", "orders-20261123.jsonl", ""),
    ],
)
def test_a_log_is_known_by_its_name(name: str, stem: str, packed: str) -> None:
    for parts in (log_name(name), any_name(name)):
        assert parts is not None
        assert (parts.stem, parts.packed) == (stem, packed)


@pytest.mark.parametrize(
    "name", ["x.json", "x.log", "x.jsonl.bak", "x.jsonl.gz.1", ".jsonl", "x.jsonl~", "x.jsonl\n", "x.jsonl.xz"]
)
def test_what_is_no_log(name: str) -> None:
    assert log_name(name) is None


def test_parts_of_a_log_sort_from_the_oldest_to_the_newest() -> None:
    names = ["x.jsonl-20251231", "x.jsonl-20261123", "x.jsonl-20261123-1700000000", "x.jsonl-20261123-1700000001.gz"]
    names += ["x.jsonl.10.gz", "x.jsonl.9", "x.jsonl.1.zst", "x.jsonl"]
    mixed = random.Random(1).sample(names, len(names))
    assert sorted(mixed, key=lambda name: any_name(name).rank) == names


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("a/x.jsonl", "a/x"),
        ("x.ndjson", "x"),
        ("x.json", "x"),
        ("app.log", "app.log"),
        (".json", ".json"),
        ("a.b.jsonl", "a.b"),
    ],
)
def test_a_log_is_called_without_its_ending(path: str, identity: str) -> None:
    assert without_ending(path) == identity
