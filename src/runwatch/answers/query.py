"""The plan's query with one chunk's bounds: text made of text, for somebody to read and run elsewhere.

The base query stands as it is inside a subquery, so that its own WHERE, ORDER
BY, LIMIT and WITH keep their meaning. Nothing is guessed: where the log's text
cannot be turned into a query that reads just these keys, there is none, and why.
"""

from __future__ import annotations

import re

from runwatch.core.text import may_be_altered

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*(?:[^*]|\*(?!/))*(?:\*/)? )
    | (?P<text>    '(?:[^']|'')*' | \$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$ )
    | (?P<name>    "(?:[^"]|"")*" | `(?:[^`]|``)*` | (?<!\w)\[[A-Za-z_][^\]\n]*\] )
    | (?P<end>     ; )
    | (?P<blank>   [\s␉␍]+ )
    | (?P<other>   \w+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = r"""[^\W\d]\w*|"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[(?:[^\]]|\]\])+\]"""
_PATH = re.compile(rf"(?:(?:{_NAME})\s*\.\s*)*({_NAME})")
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_WORDS = """
    all analyse analyze and any array as asc asymmetric between binary both by case cast check collate column
    condition constraint convert create cross current_date current_time current_timestamp current_user cursor database
    default delete desc describe distinct div drop else end except exists explain fetch for force foreign from full
    function grant group groups having if ignore in index inner insert intersect interval into is join key keys kill
    lateral leading left like limit lock match minus mod natural not null offset on only or order outer over partition
    placing precision primary procedure range rank read references release rename replace restrict returning revoke
    right row rows schema select session_user set show some symmetric system table then to top trailing trigger union
    unique unlock update usage use user using values variadic when where while window with write xor
"""
_RESERVED = frozenset(_WORDS.split())
"""Words that one dialect or another does not take as a column's name; quoted they are right everywhere."""


class NoQuery(Exception):
    """Why there is none."""


def range_sql(base: str, key: str, low: str, high: str) -> str:
    """Reads what `base` reads with `low` <= `key` <= `high`; raises `NoQuery`."""
    body, style = _subquery(base)
    column = _column(key, style)
    first, last = _literals(low, high)
    return f"SELECT * FROM (\n{body}\n) AS q\nWHERE {column} >= {first} AND {column} <= {last}"  # noqa: S608 - shown, never run


def remark(low: str, high: str) -> str:
    """What whoever runs it must know."""
    if "\\" in low + high:
        return "a key holds a backslash: MySQL wants it doubled"
    return ""


# ---------------------------------------------------------------------------------------------------------- the base


def _subquery(base: str) -> tuple[str, str]:
    """The base query without the semicolons at its end, and the quotes that it puts around names."""
    kept: list[str] = []
    style, ended = '"', False
    for match in _TOKEN.finditer(base.strip()):
        kind, word = match.lastgroup, match.group()
        if kind == "tag":
            kind = "text"
        if kind == "blank":
            word = word.replace("␍\n", "\n").replace("␍", "\n").replace("␉", " ")
        elif kind == "end":
            ended, word = True, ""
        elif kind == "comment":
            word += "*/" if word.startswith("/*") and (len(word) < 4 or not word.endswith("*/")) else ""
        elif ended:
            raise NoQuery("the plan's query is more than one statement, so none can be made of it")
        elif kind in ("text", "name") and may_be_altered(word):
            raise NoQuery("the plan's query holds characters that are not shown as they are; its line has them")
        elif kind == "name":
            style = word[0]
        kept.append(word)
    body = "".join(kept).strip()
    if not _TOKEN.sub(lambda found: "" if found["comment"] or found["blank"] else found.group(), body):
        raise NoQuery("the plan names no query")
    return body, style


# ----------------------------------------------------------------------------------------------------------- the key


def _column(key: str, style: str) -> str:
    """The column as the subquery has it: without the table it came from, quoted where it must be.

    What is quoted stands behind `q.`: a bare "name" that no column bears would be taken for a text by some
    databases, and compared with the bounds without a word.
    """
    key = key.strip()
    if may_be_altered(key):
        raise NoQuery("the key's name holds characters that are not shown as they are; the plan's line has them")
    path = _PATH.fullmatch(key)
    name = path[1] if path else key
    if path is not None and name[0] in "\"`[":
        return f"q.{name}"
    if _PLAIN.fullmatch(name) and name.lower() not in _RESERVED:
        return name
    closing = {"[": "]"}.get(style, style)
    return f"q.{style}{name.replace(closing, closing * 2)}{closing}"


def _literals(low: str, high: str) -> tuple[str, str]:
    """Both bounds by one rule: bare if both are numbers, else both as texts."""
    if may_be_altered(low) or may_be_altered(high):
        raise NoQuery("a key holds characters that are not shown as they are; the chunk's line has them")
    if _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high):
        return low, high
    return _text(low), _text(high)


def _text(key: str) -> str:
    return "'" + key.replace("'", "''") + "'"
