"""The query of one chunk's range is run: exactly the rows between the bounds come back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made import Step, completed, moment_of, plan, started

from runwatch.answers.chunk import chunk_view
from runwatch.answers.query import NoQuery, range_sql, remark
from runwatch.core.text import may_be_altered, safe

NUMBERS = [(number, f"row {number}") for number in range(-20, 1001)]


def rows_of(sql: str, create: str, rows: Sequence[tuple[object, ...]]) -> list[object]:
    """The first column of what it reads from a table `t` (`id` first) that was made so."""
    database = sqlite3.connect(":memory:")
    try:
        database.execute(create)
        if rows:
            database.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(rows[0]))})", rows)
        return [row[0] for row in database.execute(sql)]
    finally:
        database.close()


def numbers(base: str, low: str, high: str, key: str = "id") -> list[object]:
    return rows_of(range_sql(base, key, low, high), "CREATE TABLE t (id INTEGER, name TEXT)", NUMBERS)


BASES = [
    "SELECT * FROM t",
    "  SELECT * FROM t  \n",
    "SELECT * FROM t;",
    "SELECT * FROM t ;; \n ;",
    "SELECT * FROM t -- all of them",
    "SELECT * FROM t -- all; of them",
    "SELECT * FROM t; -- all; of them\n",
    "SELECT * FROM t /* all; of -- them */",
    "SELECT * FROM t; /* all */ -- of them\n;",
    "SELECT * FROM t /* never closed; ' \"",
    "SELECT * FROM t /*",
    "-- first\n/* then */ SELECT * FROM t",
    "SELECT * FROM t WHERE name <> ';' -- '",
    "SELECT * FROM t WHERE name <> 'it''s; --'",
    "SELECT * FROM t WHERE name <> '/*'",
    'SELECT id, name AS ";--" FROM t;',
    "SELECT * FROM t ORDER BY id",
    "WITH mine AS (SELECT * FROM t) SELECT * FROM mine;",
    "SELECT * FROM t UNION ALL SELECT * FROM t WHERE 1 = 0",
    "SELECT * FROM (SELECT * FROM t WHERE id < 5000) AS q WHERE id IS NOT NULL",
    "SELECT t.* FROM t AS t",
    "SELECT *␉FROM t␍\nWHERE 1 = 1␍\n",
]


@pytest.mark.parametrize("base", BASES)
def test_exactly_the_rows_of_the_range_come_back(base: str) -> None:
    """Both bounds belong to it."""
    assert sorted(numbers(base, "-3", "12"), key=str) == sorted(range(-3, 13), key=str)
    assert numbers(base, "1000", "2000") == [1000]
    assert numbers(base, "12", "3") == []


def test_a_condition_an_order_and_a_limit_of_its_own_keep_their_meaning() -> None:
    """The bounds are put on what the query reads, not on what it would read without them."""
    assert numbers("SELECT * FROM t WHERE id < 5 OR id = 7", "1", "10") == [1, 2, 3, 4, 7]
    assert numbers("SELECT * FROM t ORDER BY id DESC LIMIT 3;", "0", "999") == [999, 998]
    even = "WITH even AS (SELECT * FROM t WHERE id % 2 = 0) SELECT * FROM even LIMIT 12 -- few"
    assert numbers(even, "-2", "5") == [-2, 0, 2]


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("id", "id"), ("id", " id "), ("id", "t.id"), ("id", "main.t.id"), ("id", "t . id"), ("id", 't."id"'),
        ("id", '"t"."id"'), ("Order Id", "Order Id"), ("Order Id", '"Order Id"'), ("Order Id", "`Order Id`"),
        ("Order Id", "[Order Id]"), ("Order Id", 't."Order Id"'), ("Order Id", "[t].[Order Id]"), ('a"b', 'a"b'),
        ('a"b', '"a""b"'), ("a`b", "`a``b`"), ("order", "order"), ("Group", "Group"), ("select", "t.select"),
        ("größe", "größe"), ("order-id", "order-id"), ("1st", "1st"), ("a.b c", "a.b c"), ("it's", "it's"),
        ("x'); DROP TABLE t; --", "x'); DROP TABLE t; --"), ("Q", "q"), ("日付", "日付"),
    ],
)  # fmt: skip
def test_a_key_of_any_name_is_found(column: str, key: str) -> None:
    """Quoted where it must be, as it came where it was quoted already, without the table that it came from."""
    quoted = column.replace('"', '""')
    sql = range_sql("SELECT * FROM t", key, "2", "4")
    assert rows_of(sql, f'CREATE TABLE t ("{quoted}" INTEGER)', [(n,) for n in range(9)]) == [2, 3, 4]


def test_names_are_quoted_as_the_query_quotes_them() -> None:
    """MySQL takes "name" for a text, SQL Server has brackets of its own."""
    assert "q.`Order Id` >= 1" in range_sql("SELECT `Order Id` FROM `t`", "Order Id", "1", "2")
    assert "q.[Order Id] >= 1" in range_sql("SELECT [Order Id] FROM [t]", "Order Id", "1", "2")
    assert 'q."Order Id" >= 1' in range_sql("SELECT tags[1] FROM t WHERE x = '`'", "Order Id", "1", "2")


def test_a_name_that_no_column_bears_is_an_error_and_no_text() -> None:
    """SQLite compares a bare "name" as a text, and would read every row or none without a word."""
    with pytest.raises(sqlite3.OperationalError):
        numbers("SELECT * FROM t", "1", "2", "Order Id")


TEXTS = [
    "", " ", "10", "00501", "9", "a", "a'b", "a''b", 'a"b', "a\\", "a\\'b", "a\nb", "b", "c; DROP TABLE t --", "ä",
    "漢", "1e5", "-", "-7", "2026-01-31", "2026-11-23", "2026-11-23 18:14:51.055", "z",
]  # fmt: skip


@pytest.mark.parametrize("low", TEXTS)
def test_keys_that_are_texts_are_compared_as_texts(low: str) -> None:
    """Quotes, backslashes, line breaks and an empty text are part of the key."""
    for high in TEXTS:
        sql = range_sql("SELECT * FROM t", "id", low, high)
        wanted = sorted(text for text in TEXTS if low.encode() <= text.encode() <= high.encode())
        found = rows_of(sql, "CREATE TABLE t (id TEXT)", [(text,) for text in TEXTS])
        assert sorted(map(str, found)) == wanted, (low, high)


@given(st.text(max_size=12), st.text(max_size=12), st.lists(st.text(max_size=6), max_size=8))
def test_any_text_is_a_key_or_there_is_no_query(low: str, high: str, others: list[str]) -> None:
    """What was altered when it was made safe to show is not passed off as the key."""
    rows = sorted({text for text in (low, high, *others) if safe(text) == text and "\0" not in text})
    try:
        sql = range_sql("SELECT * FROM t", "id", safe(low), safe(high))
    except NoQuery:
        assert may_be_altered(safe(low)) or may_be_altered(safe(high))
        return
    assert (safe(low), safe(high)) == (low, high)
    wanted = [text for text in rows if low.encode() <= text.encode() <= high.encode()]
    assert sorted(map(str, rows_of(sql, "CREATE TABLE t (id TEXT)", [(row,) for row in rows]))) == wanted


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        ("-5", "-3", [-5, -4, -3]),
        ("0", "0", [0]),
        ("9007199254740993", "9007199254740994", [9007199254740993, 9007199254740994]),
        ("9223372036854775806", "9223372036854775807", [9223372036854775806, 9223372036854775807]),
        ("-9223372036854775808", "-9223372036854775807", [-9223372036854775808]),
        ("-1.5", "0.5", [0, -1]),
        ("00", "3", [0, 3]),
    ],
)
def test_numbers_stand_bare_and_are_exact(low: str, high: str, found: list[int]) -> None:
    """A bound that is none makes texts of both; the column's own type decides then."""
    rows = [0, 3, -5, -4, -3, -1, 9007199254740992, 9007199254740993, 9007199254740994, 9223372036854775805,
            9223372036854775806, 9223372036854775807, -9223372036854775808]  # fmt: skip
    sql = range_sql("SELECT * FROM t", "id", low, high)
    assert rows_of(sql, "CREATE TABLE t (id INTEGER)", [(row,) for row in rows]) == found


def test_both_bounds_follow_one_rule() -> None:
    """A number beside a text is a text."""
    assert "id >= '1' AND id <= 'b'" in range_sql("SELECT 1", "id", "1", "b")
    assert "id >= '00501' AND id <= '9'" in range_sql("SELECT 1", "id", "00501", "9")
    assert "id >= 1.50 AND id <= 2" in range_sql("SELECT 1", "id", "1.50", "2")
    assert "id >= '٣' AND id <= '4'" in range_sql("SELECT 1", "id", "٣", "4")


@pytest.mark.parametrize(
    ("base", "key", "low", "why"),
    [
        ("", "id", "1", "the plan names no query"),
        (" ; -- nothing", "id", "1", "the plan names no query"),
        ("SET x = 1; SELECT 1", "id", "1", "more than one statement"),
        ("SELECT 1; DROP TABLE t", "id", "1", "more than one statement"),
        ("SELECT '␛'", "id", "1", "the plan's query holds characters"),
        ("SELECT 1", "a␉b", "1", "the key's name holds characters"),
        ("SELECT 1", "id", "a\\u202eb", "a key holds characters"),
        ("SELECT 1", "id", "xx… (cut: 70,000 bytes, the first 64 KiB are shown)", "a key holds characters"),
    ],
)
def test_where_the_text_cannot_be_trusted_there_is_no_query_and_why(base: str, key: str, low: str, why: str) -> None:
    with pytest.raises(NoQuery, match=why):
        range_sql(base, key, low, "9")


def test_a_backslash_is_remarked_on() -> None:
    """Standard SQL takes it as it is, MySQL as an escape."""
    assert remark("a\\", "b") == "a key holds a backslash: MySQL wants it doubled"
    assert remark("1", "2") == ""


def test_a_page_of_a_keyset_run_has_no_query_and_says_why() -> None:
    """Its pages have no starts, and so no keys."""
    steps: list[Step] = [(0, plan(strategy="keyset", chunk_key="id")), (1, completed(0))]
    view = chunk_view(moment_of(*steps), 0)
    assert view is not None
    assert (view.query, view.query_note) == (
        "", "a page of a keyset run: the log does not say at which keys it began and ended"
    )  # fmt: skip


def test_the_chunk_says_what_to_know_of_its_query() -> None:
    view = chunk_view(moment_of((0, plan(chunk_key="id")), (1, started(0, "a\\b", "c"))), 0)
    assert view is not None
    assert view.query.endswith("WHERE id >= 'a\\b' AND id <= 'c'")
    assert view.query_note.startswith("a key holds a backslash")
