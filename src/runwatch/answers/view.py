"""The shapes of an answer: what the panes draw and the reports print.

An answer is a sentence and rows of toned words. Panes and reports show the
same rows, so that they can never disagree. Everything here is frozen, and
compared before it is drawn. Marks and tones are meanings; which glyph and
which colour they get is decided where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Span:
    """Words in one tone."""

    text: str
    tone: Tone = Tone.INK
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """The places behind a figure; `text` is short ("orders.jsonl:3 :5", "orders.jsonl:7 +97")."""

    text: str = ""
    places: tuple[Place, ...] = ()
    """At most 20, in the order of the log."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a pane: a muted label, then values.."""

    label: str
    spans: tuple[Span, ...]
    mark: Mark = Mark.NONE
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Series:
    """A short finite series for a chart, oldest first; None where nothing was heard."""

    values: tuple[float | None, ...] = ()
    maximum: str = ""
    current: str = ""
    running: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one of the four questions."""

    key: str
    """`1` to `4`."""
    name: str
    """`Planned`, `Happened`, `Degraded`, `Succeeded`."""
    sentence: str
    rows: tuple[Row, ...]
    quiet: bool = False
    """Nothing to say ("nothing degraded", "not known yet"): the sentence is muted."""
    badge: Mark = Mark.NONE
    badge_count: int = 0
    """0: the mark alone."""
    graph: Series | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence with the numbers in it, and what proves it."""

    text: str
    evidence: Evidence = field(default_factory=Evidence)
    code: str = ""
    """The finding's, where it is one."""


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The loudest thing on a screen."""

    verdict: str
    reasons: tuple[Reason, ...]
    """Never empty; the first is the sentence beside the badge."""
    aside: str = ""
    """What else matters, muted, where there is no second reason."""


@dataclass(frozen=True, slots=True)
class ChunkBar:
    """The runs table's bar. Without a total nothing proportional is drawn."""

    done: int = 0
    running: int = 0
    failed: int = 0
    total: int | None = None
    finished: bool = False
    """Success, and all seen completed: a full calm line."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the Runs table. Words as LOOK.md's "Figures" has them; sort keys beside."""

    run_id: str
    export: str
    verdict: str
    started: int | None
    """Nanoseconds since 1970, UTC."""
    elapsed: str
    elapsed_ms: int | None
    bar: ChunkBar
    chunks: str
    chunks_done: int
    rows: str
    rows_count: int | None
    rate: str
    rate_value: float | None
    spark: Series
    retries: int
    degraded: int
    last: str
    """Age of the last event, or the silence of a stalled or lost run."""
    last_event: int | None
    why: str
    failures: int
    """Failed and interrupted attempts."""


@dataclass(frozen=True, slots=True)
class ExportStrip:
    """The last outcomes of one export, newest right."""

    export: str
    verdicts: tuple[str, ...]
    run_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttemptSpan:
    """A stretch of a lane. Times in ns; `end` None: still open, or its end unknown."""

    start: int
    end: int | None
    outcome: str
    """`completed`, `failed`, `interrupted`, `running`."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One chunk on the time axis."""

    chunk_index: int
    state: Mark
    spans: tuple[AttemptSpan, ...]
    rows: str
    took: str
    attempts: int


@dataclass(frozen=True, slots=True)
class TimeMark:
    """Something worth a mark on the time bar."""

    time: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Notable:
    """A line of the notable events."""

    time: int | None
    mark: Mark
    what: str
    detail: str
    evidence: Evidence
    chunk_index: int | None = None
    """Where enter leads; None for the run itself."""
    folded: int = 0
    """How many equal ones this line stands for, beyond the first."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Chunk map, time bar and notable events, on one time axis."""

    states: bytes
    """One byte a chunk, in the order of `indexes`: a position in `STATES`."""
    indexes: tuple[int, ...] | range
    counts: tuple[tuple[Mark, int], ...]
    """The legend: only the states present."""
    starts_known: bool
    total_known: bool
    lanes: tuple[Lane, ...]
    """Empty where there are more than `LANES_AT_MOST` chunks or starts are unknown."""
    start: int | None
    now: int | None
    end: int | None
    """The axis' right edge: the outcome, an estimate, or now."""
    estimated: bool
    tail: str
    marks: tuple[TimeMark, ...]
    notables: tuple[Notable, ...]
    events: int
    remark: str = ""
    """For the border's foot: "slowest chunk 0, 2.8 × the median of 2.7 s"."""


STATES = (
    Mark.PENDING,
    Mark.CHUNK_RUNNING,
    Mark.COMPLETED,
    Mark.RECOVERED,
    Mark.FAILED,
    Mark.INTERRUPTED,
)
LANES_AT_MOST = 64


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything the Run screen shows."""

    run_id: str
    export: str
    short_id: str
    """The run_id behind the export's name: `20261123T181353.078`."""
    verdict: VerdictView
    answers: tuple[Answer, Answer, Answer, Answer]
    stage: Stage
    events: int
    live: bool


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt in the Chunk screen's list."""

    number: int
    began: int | None
    took: str
    outcome: str
    wait: str
    """Between this attempt's end and the next one's start; empty for the last."""
    error: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ChunkView:
    """Everything the Chunk screen shows."""

    run_id: str
    export: str
    short_id: str
    chunk_index: int
    state: Mark
    word: str
    """`RECOVERED`, `FAILED`, …"""
    reason: Reason
    aside: str
    attempts: tuple[AttemptRow, ...]
    facts: tuple[Row, ...]
    query: str
    """Reads just this range; empty where the log does not say enough."""
    query_note: str
    """Why there is none."""
