"""What is copied stands in a file too, for the user's eyes alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from runwatch.session.copies import NAME, Copies


def test_the_last_text_stands_in_a_file_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its home is `~` in what is said."""
    monkeypatch.setenv("HOME", str(tmp_path))
    copies = Copies()
    assert copies.keep("before") == ""
    copies.keep_in(str(tmp_path / "cache"))
    assert copies.keep("a longer text, and\nmore") == f"also in ~/cache/{NAME}"
    assert copies.keep("ünï\ud800") == f"also in ~/cache/{NAME}"
    path = tmp_path / "cache" / NAME
    assert path.read_bytes() == "ünï\\ud800".encode()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [other.name for other in path.parent.iterdir()] == [NAME]


def test_a_link_in_its_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("mine")
    (tmp_path / NAME).symlink_to(tmp_path / "other")
    copies = Copies()
    copies.keep_in(str(tmp_path))
    copies.keep("text")
    assert (tmp_path / "other").read_text() == "mine"
    assert (tmp_path / NAME).read_text() == "text"


def test_where_it_cannot_be_written_that_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    copies = Copies()
    copies.keep_in(str(tmp_path / "file" / "cache"))
    assert copies.keep("text").startswith("not in a file: ")
    assert copies.keep("text") == ""
