"""The rules of ARCHITECTURE.md that a machine can hold.

What fails here is mended in the source. An exception is a last resort, and
the lists of them may only shrink.
"""

from __future__ import annotations

import ast
import json
import os
import re
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "runwatch"

FILE_LINES = 300
MEDIAN_FILE_LINES = 110
CLASS_LINES = 200
FUNCTION_LINES = 50
LONG_FUNCTIONS: set[str] = set()
"""`core/fold.py:Fold.feed`: functions that are allowed to be long. May only shrink."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


# ------------------------------------------------------------------------------------------------ reading the source


def sources(*parts: str) -> list[Path]:
    """The Python files of these parts of the package, or of all of it."""
    places = [PACKAGE / part for part in parts] or [PACKAGE]
    return sorted(path for place in places for path in ([place] if place.suffix else place.rglob("*.py")))


def short(path: Path) -> str:
    """`core/fold.py`."""
    return path.relative_to(PACKAGE).as_posix()


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), str(path))


def length(node: Function | ast.ClassDef) -> int:
    """Lines from the `def` or `class` to the end, docstring included."""
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def definitions(node: ast.AST, inside: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Every function and class below `node`, with its dotted name."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            name = f"{inside}.{child.name}" if inside else child.name
            yield name, child
            yield from definitions(child, name)
        else:
            yield from definitions(child, inside)


def dotted(node: ast.AST) -> str:
    """`time.time` of such an expression, empty of any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def tracked() -> list[Path]:
    """The files that git knows, text ones only."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192]]


# ------------------------------------------------------------------------------------------------------------ layers


def test_every_import_contract_is_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The contracts, each with its reason, stand in pyproject.toml."""
    from importlinter.cli import lint_imports

    monkeypatch.chdir(ROOT)
    code = lint_imports(no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out


SUMMARY = """
import sys
from runwatch.cli import main
sys.argv = ["runwatch", "summary", sys.argv[1]]
try:
    main()
finally:
    print(" ".join(sorted(sys.modules)), file=sys.stderr)
"""


def test_a_summary_imports_nothing_that_draws_or_watches(tmp_path: Path) -> None:
    """A script that asks for a summary must not wait for a user interface, nor for what few starts need."""
    event = {"PlanWarning": {"rule": "quiet", "message": "nothing to see"}}
    line = {"run_id": "orders_1", "export_name": "orders", "recorded_at": "2026-11-23T18:14:51Z", "event": event}
    log = tmp_path / "orders.jsonl"
    log.write_text(json.dumps(line) + "\n", encoding="utf-8")
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    command = [sys.executable, "-c", SUMMARY, str(log)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=60)
    assert "orders" in ran.stdout, ran.stderr
    imported = set(ran.stderr.splitlines()[-1].split())
    assert not imported & {"textual", "rich", "watchfiles", "asyncio", "statistics", "hashlib", "platformdirs"}


START = """
import sys
import runwatch.cli.watch, runwatch.ui.app
print(" ".join(sorted(sys.modules)))
"""


def test_the_dashboard_begins_with_its_first_page_alone() -> None:
    """Six more pages, what they show and what watches files would keep the first picture waiting half as long again."""
    ran = subprocess.run([sys.executable, "-c", START], check=True, capture_output=True, text=True, timeout=60)
    imported = set(ran.stdout.split())
    later = ("run", "chunk", "events", "problems", "raw", "reasons", "help")
    assert not imported & {f"runwatch.ui.screens.{name}" for name in later}
    assert not imported & {"runwatch.ui.pager", "runwatch.ui.choose", "runwatch.ui.jump", "runwatch.report.summary"}
    assert not imported & {"watchfiles", "statistics", "hashlib"}


DATACLASSES = {"session/bookmarks.py", "session/options.py", "core/files.py", "core/run.py", "core/runs.py"}
"""Modules that still have some, beside `sources/`. May only shrink."""


def test_frozen_views_are_structs() -> None:
    """A dataclass takes 0.9 ms to create, a `msgspec.Struct` 0.02: with a hundred of them that is the start."""
    found = {short(path) for path in sources() if re.search(r"^@dataclass", text_of(path), re.MULTILINE)}
    assert {name for name in found if not name.startswith("sources/")} <= DATACLASSES


# -------------------------------------------------------------------------------------------------------------- size


def test_files_are_short() -> None:
    """A file that fits the head has no exceptions."""
    lengths = {short(path): len(text_of(path).splitlines()) for path in sources()}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}
    assert statistics.median(lines for lines in lengths.values() if lines) <= MEDIAN_FILE_LINES


def test_style_sheets_are_short() -> None:
    """A style sheet is a source file too."""
    lengths = {short(path): len(text_of(path).splitlines()) for path in PACKAGE.rglob("*.tcss")}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_classes_are_short() -> None:
    """A class over 200 lines is two classes."""
    found = {
        f"{short(path)}:{name}": length(node)
        for path in sources()
        for name, node in definitions(tree_of(path))
        if isinstance(node, ast.ClassDef) and length(node) > CLASS_LINES
    }
    assert found == {}


def test_functions_are_short() -> None:
    """Equality, not inclusion: who shortens a listed function takes it off the list."""
    found = {
        f"{short(path)}:{name}"
        for path in sources()
        for name, node in definitions(tree_of(path))
        if not isinstance(node, ast.ClassDef) and length(node) > FUNCTION_LINES
    }
    assert found == LONG_FUNCTIONS


# ---------------------------------------------------------------------------------------------------- one door each

WALL_CLOCK = {
    "time.time", "time.time_ns", "time.localtime", "time.gmtime",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
}  # fmt: skip


def wall_clock_reads(tree: ast.Module) -> Iterator[int]:
    """Lines that ask the machine what time it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            if {f"time.{name.name}" for name in node.names} & WALL_CLOCK:
                yield node.lineno
        elif isinstance(node, ast.Attribute) and dotted(node) in WALL_CLOCK:
            yield node.lineno


def test_only_the_clock_knows_what_time_it_is() -> None:
    """Time that is not passed in cannot be paused, moved or tested. `time.monotonic` measures, it does not tell."""
    found = [
        f"{short(path)}:{line}"
        for path in sources()
        if short(path) != "session/clock.py"
        for line in wall_clock_reads(tree_of(path))
    ]
    assert found == []


HEX_COLOUR = re.compile(r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|(?=[0-9a-f]*[a-f])[0-9a-f]{3,4})(?![\w-])", re.IGNORECASE)
DECLARATION = re.compile(r"^\s*[$\w-]+\s*:\s.*[^{,\s]\s*$", re.MULTILINE)


def colours_in(path: Path) -> list[str]:
    """Hex colours in the strings of a Python file, in the declarations of a style sheet. `#1200` is an event."""
    if path.suffix == ".tcss":
        texts = DECLARATION.findall(text_of(path))
    else:
        constants = (node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant))
        texts = [value for value in constants if isinstance(value, str)]
    return [colour for text in texts for colour in HEX_COLOUR.findall(text)]


def test_only_the_theme_knows_colours() -> None:
    """Everything else names what it means, so that a light terminal, or a reader's own theme, gets its due."""
    files = [*sources(), *PACKAGE.rglob("*.tcss")]
    found = {short(path): colours for path in files if (colours := colours_in(path))}
    found.pop("ui/theme.py", None)
    assert found == {}


def test_the_colour_check_tells_colours_from_ids_and_events(tmp_path: Path) -> None:
    sheet = tmp_path / "a.tcss"
    sheet.write_text("#feed:focus {\n  color: #FA0;\n  background: #112233 50%;\n  width: 1fr;\n}\n", encoding="utf-8")
    assert colours_in(sheet) == ["#FA0", "#112233"]
    module = tmp_path / "a.py"
    module.write_text("X = '[#abc]x'  # #ffffff\nY = 'see #1200, #12'\nZ = '#add-row'\n", encoding="utf-8")
    assert colours_in(module) == ["#abc"]


# ------------------------------------------------------------------------------------------------------------- words

SUFFIXES = ("Manager", "Helper", "Helpers", "Util", "Utils", "Handler")
PREFIXES = ("process_", "do_", "get_")


@cache
def names_of_frameworks() -> frozenset[str]:
    """What Textual and click call their own hooks: who overrides one cannot name it."""
    import click
    from textual.app import App
    from textual.screen import Screen
    from textual.scroll_view import ScrollView

    bases = (App, Screen, ScrollView, click.Group, click.ParamType)
    return frozenset(name for base in bases for name in dir(base))


def test_names_say_what_things_are() -> None:
    """`Manager` and `process_` fit anything, so they tell nothing; `get_` hides an attribute."""
    found = []
    for path in sources():
        for name, node in definitions(tree_of(path)):
            last = node.name.lstrip("_")
            if isinstance(node, ast.ClassDef):
                banned = last.endswith(SUFFIXES)
            else:
                banned = last.startswith(PREFIXES) and not ("." in name and node.name in names_of_frameworks())
            if banned:
                found.append(f"{short(path)}:{name}")
    assert found == []


def test_replay_is_a_clock_and_not_a_mode() -> None:
    """What is drawn or told is a function of the runs at T. Only a key's own line may name what it does."""
    word = "re" + "play"
    found = [
        f"{short(path)}:{number}"
        for path in sources("core", "answers", "report", "ui/panes", "ui/screens")
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if word in line.lower() and "Binding(" not in line
    ]
    assert found == []


# ------------------------------------------------------------------------------------------------------------- errors


def is_broad(handler: ast.ExceptHandler) -> bool:
    """A bare `except`, or one that names Exception or BaseException."""
    if handler.type is None:
        return True
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(dotted(name) in {"Exception", "BaseException"} for name in named)


def test_a_broad_except_says_why() -> None:
    """It may hide any mistake, so its line has the reason beside it."""
    found = [
        f"{short(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
        if not re.search(r":\s*#\s*(?!noqa)\w", text_of(path).splitlines()[node.lineno - 1])
    ]
    assert found == []


# ------------------------------------------------------------------------------------------------------ the checkout


def foreign() -> re.Pattern[str]:
    """Hosts of package registries, and folders of the machine this is written on. In pieces, so as not to name them."""
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "crates" + ".io"]
    hosts += ["ana" + "conda.org", "deb." + "debian.org", "archive." + "ubuntu.com"]
    folders = [f"/{name}/" for name in ("wo" + "rk", "fa" + "rm", "ro" + "ot")]
    if len(ROOT.parts) > 3:  # one of two parts, "/src", may well be a word
        folders.append(f"{ROOT}/")
    paths = rf"(?<![\w.~-])(?:{'|'.join(map(re.escape, folders))})\w"
    return re.compile(rf"{'|'.join(map(re.escape, hosts))}|{paths}")


def test_no_file_names_a_registry_or_this_machine() -> None:
    """A checkout works wherever it is, with whatever registry its user has."""
    pattern = foreign()
    found = []
    for path in tracked():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in pattern.finditer(text)]
    assert found == []


@pytest.mark.slow
def test_the_wheel_carries_what_is_not_python(tmp_path: Path) -> None:
    """Without its style sheets an installed dashboard does not start; without py.typed its types are lost."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"runwatch/{short(path)}" for path in [*sources(), *PACKAGE.rglob("*.tcss"), PACKAGE / "py.typed"]}
    assert wanted <= carried
