"""README says what is there: its commands run, its tables are the program's own, its pictures are the program's."""

from __future__ import annotations

import json
import os
import pty
import re
import runpy
import select
import shutil
import subprocess
import sys
import termios
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from benchmarks.table import short
from tests.test_architecture import foreign

from runwatch.answers.glyphs import MARKS, VERDICTS
from runwatch.cli import codes as exit_codes
from runwatch.cli import main
from runwatch.cli.commands import INTERRUPTED
from runwatch.core.decode import decode_line
from runwatch.core.events import SOURCE_VARIANTS, VARIANTS, Entry, Event
from runwatch.ui.keys import Group, help_lines

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = Path(sys.executable).parent
"""Where pip put the command."""


def blocks(language: str) -> Iterator[str]:
    """The lines of its fenced blocks in this language."""
    for block in re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()


def commands() -> list[tuple[str, int]]:
    """Each command with the exit code that its comment tells, else 0."""
    found = []
    for line in blocks("sh"):
        command, _, comment = line.partition("  #")
        code = re.search(r"exit (\d+)", comment)
        found.append((command.strip(), int(code[1]) if code else 0))
    return found


def table(*heads: str) -> list[list[str]]:
    """The rows of the table with these heads; an empty first cell is that of the row above."""
    lines = README.splitlines()
    (start,) = (number for number, line in enumerate(lines) if line.startswith("|") and _cells(line) == list(heads))
    rows: list[list[str]] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        first, *others = _cells(line)
        rows.append([first or rows[-1][0], *others])
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def code_of(cell: str) -> str:
    """The text of a cell in backticks."""
    return cell.replace("`", "")


# ---------------------------------------------------------------------------------------------------------- commands


def test_readme_is_short() -> None:
    assert len(README.splitlines()) < 150


def test_the_first_command_opens_the_dashboard_on_the_sample_runs() -> None:
    assert commands()[0] == ("make run", 0)
    assert "-m runwatch sample_runs/" in dry_run("run")


def dry_run(target: str) -> str:
    """What make would run for this target; fails where there is none."""
    ran = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return ran.stdout


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z]+)\b(?=`|$| )", "\n".join(blocks("sh"))))))
def test_make_knows_its_targets(target: str) -> None:
    assert dry_run(target)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the sample runs, as those who try the commands have it."""
    shutil.copytree(ROOT / "sample_runs", tmp_path / "sample_runs")
    return tmp_path


def run(command: str, where: Path) -> subprocess.CompletedProcess[str]:
    """The command in a shell that finds runwatch, without a terminal."""
    environment = os.environ | {
        "PATH": f"{PROGRAM}{os.pathsep}{os.environ.get('PATH', '')}",
        "XDG_CACHE_HOME": str(where / "cache"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    return subprocess.run(
        ["bash", "-c", command], cwd=where, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


HERE = [(command, code) for command, code in commands() if not command.startswith(("make ", "pip "))]


@pytest.mark.parametrize(("command", "code"), HERE, ids=[command for command, _ in HERE])
def test_a_command_of_readme_runs_and_exits_as_it_says(checkout: Path, command: str, code: int) -> None:
    """Without a complaint: those begin with the program's name, and a mistake ends in a traceback."""
    ran = run(command, checkout)
    assert (ran.returncode, re.findall(r"^(?:runwatch: |bash: |Traceback).*", ran.stderr, re.MULTILINE)) == (code, [])


@pytest.mark.slow
def test_make_run_shows_the_runs_on_a_terminal_until_q(tmp_path: Path) -> None:
    outside, inside = pty.openpty()
    termios.tcsetwinsize(inside, (40, 120))
    environment = os.environ | {"TERM": "xterm-256color", "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "runwatch", "sample_runs/"]
    program = subprocess.Popen(
        command, cwd=ROOT, stdin=inside, stdout=inside, stderr=inside, env=environment, start_new_session=True
    )
    try:
        os.close(inside)
        read_until(outside, b"newest first", b"contradicted")  # the list may be drawn before it has a run
        os.write(outside, b"q")
        read_until(outside, b"\x1b[?1049l")  # the screen that was there before comes back
        assert program.wait(timeout=30) == 0
    finally:
        program.kill()
        program.wait()
        os.close(outside)


def read_until(descriptor: int, *wanted: bytes) -> bytes:
    """What a terminal is told, until all of these were among it."""
    seen, late = b"", time.monotonic() + 30
    while not all(each in seen for each in wanted):
        assert select.select([descriptor], [], [], max(0, late - time.monotonic()))[0], seen[-2000:]
        seen += os.read(descriptor, 65536)
    return seen


@pytest.mark.slow
def test_pip_installs_what_the_checkout_holds(tmp_path: Path) -> None:
    """Without the network: what pip would fetch is here already."""
    assert ("pip install .", 0) in commands()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    source = tmp_path / "checkout"
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    ran = run(f"{sys.executable} -m pip install -q --no-deps --no-build-isolation --target ../installed .", source)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "installed" / "runwatch" / "ui" / "app.tcss").is_file()


def test_every_command_is_named_and_every_option_exists() -> None:
    shown = re.findall(r"runwatch (\w+) ", README)
    context = click.Context(main)
    assert set(main.list_commands(context)) <= set(shown)
    options = {"--help"}
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        options |= {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README)) <= options


def test_every_exit_code_is_in_the_table() -> None:
    own = {exit_codes.WELL, exit_codes.FAILED, exit_codes.NOTHING_THERE, exit_codes.CONTRADICTED, exit_codes.UNFINISHED}
    assert [int(code) for code, _ in table("code", "meaning")] == [*sorted(own), INTERRUPTED]


# ------------------------------------------------------------------------------------------------------------ tables


def test_the_variants_are_those_of_the_vocabulary_each_with_its_group() -> None:
    def named(variant: type[Event]) -> list[str]:
        return [variant.group, variant.__name__]

    rows = table("group", "variant", "what it does")
    known = [named(variant) for variant in (*VARIANTS, *SOURCE_VARIANTS)]
    assert [[group, code_of(name)] for group, name, _ in rows] == known
    assert all(what for _, _, what in rows)


def test_the_verdicts_are_those_of_the_glyphs_worst_first() -> None:
    rows = [[glyph, code_of(plain), word] for glyph, plain, word, _ in table("glyph", "`--ascii`", "verdict", "when")]
    shapes = [(MARKS[verdict.mark], verdict.word) for verdict in VERDICTS.values()]
    assert rows == [[shape.glyph, shape.plain, word] for shape, word in shapes]


ELSEWHERE = {"this page": "every key"}
"""Words that mean something on the help screen only."""


def test_the_keys_are_those_of_the_table_of_keys() -> None:
    """Each group in two columns, down the first, then down the second."""
    rows = table("", "key", "does", "key", "does")
    for group in Group:
        own = [[code_of(cell) for cell in cells] for name, *cells in rows if name == group.value]
        found = [*(cells[:2] for cells in own), *(cells[2:] for cells in own if any(cells[2:]))]
        assert found == [[keys, ELSEWHERE.get(words, words)] for keys, words in help_lines(group)]
    assert {name for name, *_ in rows} == set(Group)


def test_the_line_that_is_shown_is_read() -> None:
    (line,) = blocks("json")
    (entry,) = decode_line(line.encode(), "file")
    assert isinstance(entry, Entry)
    assert (entry.event.kind, entry.run_id) == ("ChunkFailed", "orders_1")


# -------------------------------------------------------------------------------------------------- pictures and links


def links() -> list[str]:
    """What README points at."""
    return re.findall(r"\]\(([^)\s]+)\)", README)


def pictures() -> list[str]:
    """Those links that are pictures, the first being the one that is shown."""
    return [link for link in links() if link.endswith(".svg")]


def test_what_is_linked_is_there() -> None:
    here = [link for link in links() if "://" not in link]
    assert {link for link in here if not (ROOT / link).is_file()} == set()
    assert {link for link in links() if "://" in link} == {"https://github.com/panchenkoai/rivet"}


@pytest.mark.parametrize("picture", pictures())
def test_a_picture_was_made_by_the_program(picture: str) -> None:
    """It is well formed, and its window bears the program's name: Textual writes both."""
    root = ET.parse(ROOT / picture).getroot()
    titles = [element.text for element in root.iter() if element.get("class", "").endswith("-title")]
    assert root.get("class") == "rich-terminal"
    assert titles == ["runwatch"]


def test_make_shots_makes_every_picture() -> None:
    made = {
        f"docs/shots/{shot.name}-{shot.size[0]}x{shot.size[1]}-{shot.theme.removeprefix('runwatch-')}.svg"
        for shot in runpy.run_path(str(ROOT / "tools" / "shots.py"))["shots"]()
    }
    assert set(pictures()) <= made


def test_no_picture_is_kept_that_nobody_is_shown() -> None:
    kept = subprocess.run(["git", "ls-files", "docs"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(kept.split()) <= set(pictures())


def test_neither_readme_nor_a_picture_names_a_registry_or_this_machine() -> None:
    texts = [README, *((ROOT / picture).read_text(encoding="utf-8") for picture in pictures())]
    assert [hit[0] for text in texts for hit in foreign().finditer(text)] == []


# -------------------------------------------------------------------------------------------------- figures


def test_the_figures_are_those_that_make_bench_gave() -> None:
    """No figure is written by hand: the table is made of what a whole bench wrote."""
    figures = json.loads((ROOT / "benchmarks" / "figures.json").read_text(encoding="utf-8"))
    assert not figures["quick"]
    assert short(figures) in README
    assert figures["machine"].partition(";")[0].rpartition(", ")[2] in README
