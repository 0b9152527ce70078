"""What holds for every command: the default one, errors in one line, pipes, and what is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.calling import ROOT, SAMPLES, call, ended, line, log

from runwatch.cli import main

COMMANDS = ("watch", "replay", "summary", "events", "lint", "record", "wait", "demo", "schema")
CONTRADICTED = SAMPLES / "live-contradicted.jsonl"


def process(*arguments: str | Path, **extra: object) -> subprocess.CompletedProcess[str]:
    """`python -m runwatch ARGUMENTS…` as a process of its own."""
    command = [sys.executable, "-m", "runwatch", *map(str, arguments)]
    return subprocess.run(command, check=False, text=True, cwd=ROOT, timeout=60, **extra)  # type: ignore[call-overload,no-any-return]


# --------------------------------------------------------------------------------------------------- which command runs


def test_runwatch_alone_prints_three_examples() -> None:
    result = call()
    assert (result.exit_code, result.stdout) == (2, "")
    assert [line.split("  ")[0] for line in result.stderr.splitlines()[:3]] == [
        "runwatch ./events/", "runwatch summary ./events/", "runwatch demo",
    ]  # fmt: skip


def test_a_first_word_that_is_no_command_is_watched() -> None:
    """Without a terminal that is the summary, with its exit code."""
    assert call(CONTRADICTED).stdout == call("watch", CONTRADICTED).stdout == call("summary", CONTRADICTED).stdout
    assert call(CONTRADICTED).exit_code == 3


def test_an_option_may_come_first() -> None:
    assert call("--ascii", CONTRADICTED).stdout == call("summary", "--ascii", CONTRADICTED).stdout


def test_a_file_named_like_a_command_can_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log(Path("summary"), line(ended()))
    assert "nothing wrong in 1 run" in call("./summary").stdout
    assert call("summary").exit_code == 2


def test_it_can_be_run_as_a_module() -> None:
    ran = process("summary", CONTRADICTED, capture_output=True)
    assert (ran.returncode, ran.stderr) == (3, "")
    assert "live" in ran.stdout


def test_the_version_is_told() -> None:
    assert call("--version").stdout == "runwatch 0.1.0\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    result = call(command, "--help")
    assert result.exit_code == 0
    assert f"Example: runwatch {command}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_help_lists_every_command() -> None:
    text = call("--help").stdout
    assert [word for word in COMMANDS if f"\n  {word} " in text] == list(COMMANDS)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("runwatch su", ["plain,summary", "file,su"]),
        ("runwatch ./ev", ["file,./ev"]),
        ("runwatch ./events/ --exp", ["plain,--export"]),
        ("runwatch summary --format j", ["plain,json"]),
        ("runwatch lint a", ["file,a"]),
    ],
)
def test_a_shell_can_complete_commands_options_and_files(words: str, expected: list[str]) -> None:
    last = str(len(words.split()) - 1)
    env = os.environ | {"_RUNWATCH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": last}
    assert process(capture_output=True, env=env).stdout.split() == expected


# --------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize("command", ["summary", "events", "lint", "watch"])
def test_a_path_that_does_not_exist_takes_one_line(command: str, tmp_path: Path) -> None:
    for path, word in ((tmp_path / "no such", "does not exist"), (tmp_path / "*.jsonl", "nothing matches")):
        result = call(command, path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.count("\n") == 1
        assert word in result.stderr
        assert "check the pa" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["summary"], ["summary", "--nope", "."], ["summary", ".", "--format", "xml"], ["summary", ".", "--last", "0"],
     ["--nope"], ["events", ".", "--chunk", "x"], ["schema", "."]],
)  # fmt: skip
def test_wrong_use_takes_one_line_that_says_what_to_do_next(arguments: list[str]) -> None:
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "--help" in result.stderr


def test_an_address_that_cannot_be_read_is_not_repeated() -> None:
    """It may hold a password."""
    result = call("summary", "mysql://user:secret@host/db")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "runwatch: mysql:// is nothing that can be read; give a path\n"


def test_stdin_is_read_to_its_end() -> None:
    """`-` in each command that reads."""
    data = CONTRADICTED.read_text()
    for command, code in (("summary", 3), ("events", 0), ("lint", 0)):
        ran = process(command, "-", input=data, capture_output=True)
        assert (ran.returncode, ran.stderr.count("Error")) == (code, 0), ran.stderr
        assert ran.stdout == data or command != "events"
        assert "-:4" in ran.stdout or command != "summary"


def test_what_a_path_is_called_cannot_command_the_terminal() -> None:
    """An escape in an argument is shown, not sent."""
    stderr = call("summary", "x\x1b]0;pwned\x07\ny").stderr
    assert "\x1b" not in stderr
    assert stderr.count("\n") == 1


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`runwatch events … | head -1` must not print a traceback."""
    command = [sys.executable, "-m", "runwatch", "events", str(SAMPLES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize(
    "arguments",
    [[CONTRADICTED], ["summary", CONTRADICTED], ["events", SAMPLES], ["lint", SAMPLES], ["demo"], ["schema"]],
)
def test_a_full_disk_takes_one_line_and_is_no_failed_run(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        ran = process(*arguments, stdout=full, stderr=subprocess.PIPE)
    said = "runwatch: cannot write the output: no space left on device; make room, or send it elsewhere\n"
    assert (ran.returncode, ran.stderr) == (2, said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["summary", "--help"]])
def test_help_on_a_full_disk_takes_one_line(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        ran = process(*arguments, stdout=full, stderr=subprocess.PIPE)
    assert (ran.returncode, ran.stderr) == (2, "runwatch: cannot read or write: no space left on device\n")


def test_a_closed_stdout_takes_one_line() -> None:
    ran = process("summary", CONTRADICTED, stderr=subprocess.PIPE, preexec_fn=lambda: os.close(1))
    said = "runwatch: cannot write the output: stdout is closed; make room, or send it elsewhere\n"
    assert (ran.returncode, ran.stderr) == (2, said)


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("runwatch.cli.summary.summary_of", interrupted)
    result = call("summary", CONTRADICTED)
    assert (result.exit_code, result.stdout) == (130, "")


# ----------------------------------------------------------------------------------------------------- what it costs

MODULES = """
import sys
from runwatch.cli import main
try:
    main(sys.argv[1:])
finally:
    print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["summary"], ["summary", "--format", "json"], ["events"], ["lint"]])
def test_nothing_heavy_is_imported_for_a_plain_log(arguments: list[str]) -> None:
    """A script that asks for a summary must not wait for what it does not use."""
    command = [sys.executable, "-c", MODULES, *arguments, str(CONTRADICTED)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ran.stdout or arguments == ["lint"]
    modules = set(ran.stderr.splitlines()[-1].split())
    assert not {"textual", "rich", "watchfiles", "zstandard", "jsonschema", "platformdirs"} & modules


def test_help_knows_each_command_by_its_module() -> None:
    """Every line of the table leads to a command."""
    import click

    context = click.Context(main)
    commands = [main.get_command(context, name) for name in main.list_commands(context)]
    assert all(isinstance(command, click.Command) for command in commands)
