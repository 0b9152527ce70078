"""Whole lines out of bytes, however the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runwatch.sources.lines import LARGEST_BLOCK, Lines, LineSplitter, Refused

LIMIT = 12

Row = tuple[int, int, bytes | str]


def rows(splitter: LineSplitter, parts: list[bytes]) -> list[Row]:
    """Number, offset and text of each line (or the reason it was refused)."""
    found: list[Row] = []
    pieces = [piece for part in parts for piece in splitter.feed(part)] + splitter.flush()
    for piece in pieces:
        if isinstance(piece, Refused):
            found.append((piece.line, piece.offset, piece.reason))
            continue
        texts = piece.data.split(b"\n")
        offset = piece.offset
        for number, text in enumerate(texts[:-1] if piece.data.endswith(b"\n") else texts, piece.line):
            found.append((number, offset, text))
            offset += len(text) + 1
    return found


def expected(data: bytes) -> list[Row]:
    """The rules, applied to the whole text at once."""
    found: list[Row] = []
    bom = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    offset = bom
    *whole, last = data[bom:].split(b"\n")
    for number, raw in enumerate(whole, 1):
        text = raw.lstrip(b"\0")
        start = offset + len(raw) - len(text)
        size = len(text) - text.endswith(b"\r")
        if size > LIMIT:
            found.append((number, start, f"line longer than {LIMIT} bytes ({size} bytes)"))
        elif text.strip(b"\r") or not raw.startswith(b"\0"):
            found.append((number, start, text[:-1] + b" " if text.endswith(b"\r") else text))
        offset += len(raw) + 1
    text = last.lstrip(b"\0")
    start = offset + len(last) - len(text)
    size = len(text) - text.endswith(b"\r")
    if len(text) > LIMIT + 1:
        found.append((len(whole) + 1, start, f"line longer than {LIMIT} bytes ({size} bytes so far)"))
    elif text.strip() in (b"{}", b'{"a":1}'):
        found.append((len(whole) + 1, start, text.replace(b"\r", b" ")))
    return found


fragments = st.sampled_from(
    [b"\n", b"\r\n", b"\0", b"\0\0\0", b"\r", b"{}", b'{"a":1}', b"x", b"a long line of text", b"\xef\xbb\xbf", b" "]
)


@given(st.lists(fragments, max_size=14), st.data())
@example([b"\xef\xbb\xbf", b"\n", b"{}"], None)
def test_any_cut_gives_the_lines_of_the_whole(some: list[bytes], data: st.DataObject | None) -> None:
    """Halves, CRLF, NULs, a byte order mark, oversize: nothing depends on where a read ended."""
    text = b"".join(some)
    parts, left = [], text
    while left:
        size = data.draw(st.integers(1, len(left))) if data else 1
        parts.append(left[:size])
        left = left[size:]
    assert rows(LineSplitter(LIMIT), parts) == expected(text)
    assert rows(LineSplitter(LIMIT), [text]) == expected(text)


def test_a_half_line_waits_for_its_end() -> None:
    lines = LineSplitter()
    assert lines.feed(b'{"a":1}\n{"b"') == [Lines(b'{"a":1}\n', 1, 0)]
    assert lines.flush() == []
    assert lines.feed(b":2}\n") == [Lines(b'{"b":2}\n', 2, 8)]


def test_a_last_line_that_is_whole_json_is_given_at_once_and_once() -> None:
    lines = LineSplitter()
    assert lines.feed(b'{"a":1}') == []
    assert lines.flush() == [Lines(b'{"a":1}', 1, 0)]
    assert lines.flush() == []
    assert lines.feed(b"\n") == []
    assert lines.feed(b'{"b":2}\r') == []
    assert lines.flush() == [Lines(b'{"b":2} ', 2, 8)]
    assert lines.feed(b'\n{"c":3}\n') == [Lines(b'{"c":3}\n', 3, 17)]


@pytest.mark.parametrize("text", [b"17", b'"text', b"[1", b"tru", b'{"a":1', b'{"a":1}}', b'"a""', b"x", b"", b"  "])
def test_a_last_line_that_is_not_whole_waits(text: bytes) -> None:
    """`17` may become `1700`; every other JSON value says itself where it ends."""
    lines = LineSplitter()
    lines.feed(text)
    assert lines.flush() == []


@pytest.mark.parametrize("text", [b'"text"', b"[1]", b" [] ", b"null", b"true", b"false"])
def test_a_last_line_that_is_whole_but_no_object_is_given_too(text: bytes) -> None:
    """It is no event, so it must be told as a problem instead of waiting for ever."""
    lines = LineSplitter()
    lines.feed(text)
    assert lines.flush() == [Lines(text, 1, 0)]


def test_text_behind_a_whole_line_is_refused_once() -> None:
    lines = LineSplitter()
    lines.feed(b'{"a":1}')
    lines.flush()
    assert lines.feed(b"oops") == []
    assert lines.flush() == [Refused(1, 0, "text behind a whole line")]
    assert lines.feed(b' more\n{"b":2}\n') == [Lines(b'{"b":2}\n', 2, 17)]


def test_a_line_beyond_the_limit_is_not_held() -> None:
    lines = LineSplitter(1 << 20)
    for _ in range(64):
        assert lines.feed(b"x" * (1 << 20)) == []
        assert lines.half <= (1 << 20) + 1
    assert lines.feed(b"\n{}\n") == [
        Refused(1, 0, f"line longer than 1 MiB ({64 << 20} bytes)"),
        Lines(b"{}\n", 2, (64 << 20) + 1),
    ]


def test_a_hole_of_nuls_is_not_held() -> None:
    """copytruncate with a writer that does not append leaves a hole as long as the file was."""
    lines = LineSplitter(100)
    for _ in range(64):
        assert lines.feed(b"\0" * (1 << 20)) == []
        assert lines.half == 0
    assert lines.feed(b"{}\n") == [Lines(b"{}\n", 1, 64 << 20)]


def test_a_long_line_comes_alone() -> None:
    """A block stays small enough to be folded between two keys."""
    lines = LineSplitter()
    long = b"x" * LARGEST_BLOCK
    lines.feed(long)
    first, second = lines.feed(b"y\n{}\n{}\n")
    assert isinstance(first, Lines)
    assert first.data == long + b"y\n"
    assert second == Lines(b"{}\n{}\n", 2, len(long) + 2)
