"""The shapes of an answer: what the panes draw and the reports print.

An answer is a sentence and rows of toned words. Panes and reports show the
same rows, so that they can never disagree. Everything here is frozen, and
compared before it is drawn. Marks and tones are meanings; which glyph and
which colour they get is decided where they are shown.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, field

from runwatch.core.places import Place


class Tone(StrEnum):
    """What a word means; the theme has a colour for each."""

    INK = "foreground"
    MUTED = "muted"
    FAINT = "faint"
    CALM = "calm"
    ACCENT = "accent"
    RUNNING = "v-running"
    SUCCEEDED = "v-succeeded"
    DEGRADED = "v-degraded"
    STALLED = "v-stalled"
    FAILED = "v-failed"
    LOST = "v-lost"
    CONTRADICTED = "v-contradicted"
    SKIPPED = "v-skipped"


class Mark(StrEnum):
    """A glyph's meaning."""

    NONE = ""
    FAILED = "failed"
    CONTRADICTED = "contradicted"
    LOST = "lost"
    STALLED = "stalled"
    DEGRADED = "degraded"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    NOT_ASKED = "not asked"
    PENDING = "pending"
    CHUNK_RUNNING = "chunk running"
    COMPLETED = "completed"
    RECOVERED = "recovered"
    INTERRUPTED = "interrupted"
    PARTLY = "partly done"
    RETRY = "retry"
    BOOKMARK = "bookmark"


class Span(Struct, frozen=True):
    """Words in one tone."""

    text: str
    tone: Tone = Tone.INK
    bold: bool = False
    lead: str = ""
    """A muted label right in front: `backoff` in "retries 2   backoff 18.3 s"."""


class Evidence(Struct, frozen=True):
    """The places behind a figure; `text` is short ("orders.jsonl:3 :5", "orders.jsonl:7 +97")."""

    text: str = ""
    places: tuple[Place, ...] = ()
    """At most 20, in the order of the log."""


class Row(Struct, frozen=True):
    """One line of a pane: a muted label, then values."""

    label: str
    spans: tuple[Span, ...]
    mark: Mark = Mark.NONE
    evidence: Evidence = field(default_factory=Evidence)
    query: str = ""
    """The filter that finds the events behind the figure, where there are several."""


class Series(Struct, frozen=True):
    """A short finite series for a chart, oldest first; None where nothing was heard."""

    values: tuple[float | None, ...] = ()
    maximum: str = ""
    current: str = ""
    running: bool = False


class Reply(Struct, frozen=True):
    """The one sentence that answers a question."""

    sentence: str
    quiet: bool = False
    """Nothing to say ("nothing degraded", "not known yet"): the sentence is muted."""


class Answer(Struct, frozen=True):
    """The reply to one of the four questions, with what it rests on."""

    key: str
    """`1` to `4`."""
    name: str
    """`Planned`, `Happened`, `Degraded`, `Succeeded`."""
    sentence: str
    rows: tuple[Row, ...]
    quiet: bool = False
    """That of the reply."""
    badge: Mark = Mark.NONE
    badge_count: int = 0
    """0: the mark alone."""
    graph: Series | None = None


class Reason(Struct, frozen=True):
    """One sentence with the numbers in it, and what proves it."""

    text: str
    evidence: Evidence = field(default_factory=Evidence)
    code: str = ""
    """The finding's, where it is one."""


class VerdictView(Struct, frozen=True):
    """The loudest thing on a screen."""

    verdict: str
    reasons: tuple[Reason, ...]
    """Never empty; the first is the sentence beside the badge."""
    aside: str = ""
    """What else matters, muted, where there is no second reason."""
