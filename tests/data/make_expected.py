"""Write expected.json: what the summary must say of each of the forty journals.

    python -m tests.data.make_expected

Worked out by tests/oracle.py from the journals alone, never from the program. Evidence is stored as bare entry numbers
(from 1), because its place depends on the form in which a journal is given.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.oracle import summarise

HERE = Path(__file__).resolve().parent

LONG_AFTER = 2 * 10**18
"""Some day in 2033: for finished runs any later moment will do."""


def lines_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of a journal as lines of a log, each with its run."""
    run = {"run_id": document["run_id"], "export_name": document["export_name"]}
    return [run | entry for entry in document["entries"]]


def bare(value: Any) -> Any:
    """The same, every `evidence` as the numbers behind the colons."""
    if isinstance(value, dict):
        return {key: numbers(item) if key == "evidence" else bare(item) for key, item in value.items()}
    return [bare(item) for item in value] if isinstance(value, list) else value


def numbers(places: list[str]) -> list[int]:
    return [int(place.rpartition(":")[2]) for place in places]


def expected(journal: Path) -> Any:
    document = json.loads(journal.read_text(encoding="utf-8"))
    (run,) = summarise({journal.name: lines_of(document)}, now=LONG_AFTER)
    return bare(run)


def main() -> None:
    runs = {journal.stem: expected(journal) for journal in sorted((HERE / "journals").glob("*.json"))}
    target = HERE / "expected.json"
    target.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
