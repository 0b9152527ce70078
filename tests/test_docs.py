"""ARCHITECTURE.md names what is there, and all of it; CHANGELOG.md knows this version."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "runwatch"
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
HEADING = re.compile(r"( *)([\w/]+/)  +(.*)")


def house() -> dict[Path, str]:
    """Each directory of the house, with the lines that tell what is in it."""
    (drawn,) = re.findall(r"^## The house$.*?^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    found: dict[Path, str] = {}
    place = ROOT
    for line in drawn.splitlines():
        if heading := HEADING.fullmatch(line):
            place = (PACKAGE if heading[1] else ROOT) / heading[2]
            found[place] = heading[3]
        else:
            found[place] += f"\n{line}"
    return found


def named(text: str) -> set[str]:
    """The files that a text names."""
    return set(re.findall(r"(?<![\w/.])[\w/]+\.(?:py|md|toml|tcss)(?!\w)", text))


def holds_code(directory: Path) -> bool:
    return any(path.name != "__init__.py" for path in directory.glob("*.py"))


def test_every_directory_with_code_has_its_place_in_the_house() -> None:
    """`__init__.py` is part of its directory."""
    directories = {path.parent for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts}
    assert {directory for directory in directories if holds_code(directory)} - set(house()) == set()


@pytest.mark.parametrize("directory", [place for place, text in house().items() if PACKAGE in place.parents])
def test_a_list_of_modules_is_whole_or_says_that_it_goes_on(directory: Path) -> None:
    """Who adds a module to a directory whose list is whole adds a few words to ARCHITECTURE.md."""
    text = house()[directory]
    there = {path.name for path in directory.glob("*.py")} - {"__init__.py"}
    assert named(text) - there == set()
    if "…" not in text:
        assert there - named(text) == set()


def test_every_file_that_is_named_exists() -> None:
    missing = [
        f"{place.relative_to(ROOT)}/{name}"
        for place, text in house().items()
        for name in named(text)
        if not (place / name).is_file()
    ]
    quoted = {name for name in re.findall(r"`([\w./]+)`", PAGE) if "/" in name or named(name)}
    missing += [name for name in quoted if not any((base / name).exists() for base in (ROOT, PACKAGE))]
    assert missing == []


def test_architecture_takes_two_screens_at_most() -> None:
    assert len(PAGE.splitlines()) <= 100


def test_the_changelog_begins_with_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert next(heading for heading in headings if heading != "Unreleased") == version
