"""A password in an address is shown nowhere and written nowhere, whatever goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from tests.cli.calling import call
from tests.sources.state.server import Server

from runwatch.sources.base import WrongPath
from runwatch.sources.state.address import Address

SECRET = "s3cr3t"
LABELS = (
    ("postgresql://u:s3cr3t%40x@h:5433/db?sslmode=disable", "postgresql://u@h:5433/db"),
    ("postgres://u:s3cr3t@h", "postgresql://u@h"),
    ("postgresql:///db?host=/var/run&user=u&password=s3cr3t", "postgresql://u@%2Fvar%2Frun/db"),
    ("postgresql://u:s3cr3t@%2Fvar%2Frun/db", "postgresql://u@%2Fvar%2Frun/db"),
    ("postgresql://u:s3cr3t@a:1,b:2/db?target_session_attrs=any", "postgresql://u@a:1,b:2/db"),
    ("postgresql://u:s3cr3t@[::1]:5433/db", "postgresql://u@[::1]:5433/db"),
    ("postgresql://?service=mine&password=s3cr3t&sslpassword=s3cr3t", "postgresql://?service=mine"),
    ("postgresql://a%40b:s3cr3t@h/d%2Fb", "postgresql://a%40b@h/d%2Fb"),
    ("postgresql://", "postgresql://"),
)
WRONG = (
    "postgresql://u:s3cr3t@x@h/db",
    "postgresql://u:x/s3cr3t@h/db",
    "postgresql://u:x?s3cr3t@h/db",
    "postgresql://u:x@s3cr3t?@h/db",
    "postgresql://u:%s3cr3t@h/db",
    "postgresql://u:s3cr3t%00@h/db",
    "postgresql://u:s3cr3t",
    "postgresql://h/db?password=x&s3cr3t",
    "postgresql://h/db?password=x&s_cr_t=s3cr3t",
    "postgresql://h/db?s3cr3t",
    "postgresql://u:s3cr3t@h/db?mode=x",
    "postgresql:/u:s3cr3t@h/db",
    "postgresql+psycopg://u:s3cr3t@h/db",
    "jdbc:postgresql://h/db?user=u&password=s3cr3t",
    "mysql://u:s3cr3t@h/db",
    "mysql://u:s3cr3t@x@h/db",
    "host=h user=u password=s3cr3t",
    "host=h user=u PASSWORD = s3cr3t",
)
COMMANDS: tuple[list[str], ...] = (["summary"], ["watch"], ["events"], ["lint"], ["replay"], [])


@pytest.mark.parametrize(("address", "label"), LABELS)
def test_an_address_is_called_by_what_is_no_secret(address: str, label: str) -> None:
    found = Address(address)
    assert (found.label, repr(found), str(found)) == (label, label, label)


@pytest.mark.parametrize("address", WRONG)
def test_an_address_that_cannot_be_read_takes_one_line_without_its_password(address: str) -> None:
    """In each command; also where the password was not written as it should be, so that libpq would quote it."""
    for command in COMMANDS:
        result = call(*command, address)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert SECRET not in result.stderr
        assert "s_cr_t" not in result.stderr
        assert ";" in result.stderr


@pytest.mark.parametrize("command", ["schema", "demo"])
def test_an_address_where_there_is_no_place_for_one_is_not_quoted(command: str) -> None:
    result = call(command, "postgresql://u:s3cr3t@h/db")
    assert result.exit_code == 2
    assert SECRET not in result.stderr + result.stdout


def test_a_parameter_that_postgresql_does_not_know_is_named() -> None:
    with pytest.raises(WrongPath, match="parameter mode that PostgreSQL does not know"):
        Address("postgresql://u@h/db?mode=x")


def test_without_psycopg_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    result = call("summary", "postgresql://u:s3cr3t@h/db")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "runwatch: to read a PostgreSQL takes psycopg; pip install 'runwatch[postgres]'\n"


def test_what_fails_at_a_server_shows_and_keeps_no_password(server: Server, tmp_path: Path) -> None:
    """As a process of its own: not on stdout, not on stderr, not in the cache."""
    server.guard("hygienic", "s3cr3t@right")
    place = server.address("postgres", user="hygienic")
    right = place.replace("hygienic@", "hygienic:s3cr3t%40right@")
    addresses = [
        place.replace("hygienic@", "hygienic:s3cr3t%40x@"),
        right,
        right.replace("/postgres", "/s3cr"),
        f"{place}?password=s3cr3t%40right",
        "postgresql://u:s3cr3t%40x@127.0.0.1:1/db",
        "postgresql://u:s3cr3t%40x@nohost.invalid/db?sslmode=require",
        "postgresql://u:s3cr3t%40x@%2Fnowhere/db?sslmode=s3cr3t",
    ]
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    for options in (["--format", "json"], []):
        command = [sys.executable, "-m", "runwatch", "summary", *options, *addresses]
        ran = subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=120)
        assert ran.returncode == 2
        assert "Traceback" not in ran.stderr
        assert SECRET not in ran.stdout + ran.stderr
        assert "does not take the password of hygienic" in ran.stderr
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in kept if SECRET.encode() in path.read_bytes() or SECRET in path.name] == []
