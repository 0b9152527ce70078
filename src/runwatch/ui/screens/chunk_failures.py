"""From one failed attempt of a run to the next, on the Chunk screen: live by the log, else in time."""

from __future__ import annotations

from runwatch.answers.attempt import position_of
from runwatch.answers.chunk import ChunkView
from runwatch.answers.failure_stops import failure_at, failure_stop
from runwatch.session.stops import Kind
from runwatch.ui.screens.marked import Marked
from runwatch.ui.screens.timed import Timed


class ChunkFailures(Marked, Timed):
    """A page that shows an attempt of a chunk."""

    def __init__(self, run_id: str, chunk_index: int, attempt: int) -> None:
        super().__init__()
        self.run_id = run_id
        self.chunk_index = chunk_index
        self.attempt = attempt
        """The one selected; 0 until it is known which."""
        self.view: ChunkView | None = None
        self.reached: int | None = None
        """The failed outcome that `e` opened last: the next `e` goes on from it."""

    def action_next_failure(self) -> None:
        """The next failure of the run, in the order of the log."""
        self._go_to_failure(1)

    def action_previous_failure(self) -> None:
        """The one before."""
        self._go_to_failure(-1)

    def _go_to_failure(self, step: int) -> None:
        if not self.session.is_live:
            self._move_to_failure(step)
            return
        moment = self.session.moment(self.run_id)
        if moment is None or self.view is None:
            return
        here = position_of(moment, self.chunk_index, self.attempt) if self.reached is None else self.reached
        stop = failure_stop(moment, here, step)
        if stop is None:
            self.say(f"no {'later' if step > 0 else 'earlier'} failure in this run")
            return
        if stop.chunk_index is None:
            self.reached = stop.position
            self.shell.open_raw(moment.log.place(stop.position))
            return
        self.chunk_index, self.attempt, self.reached = stop.chunk_index, stop.attempt, None
        self.repaint()

    def _move_to_failure(self, step: int) -> None:
        """Time is in the user's hand: to that moment, and to the chunk that failed there."""
        words = self.shell.travel.go(Kind.FAILURE, step, self.run_id)
        moment = self.session.moment(self.run_id)
        if not words and moment is not None:
            stop = failure_at(moment, moment.state.positions - 1)
            if stop is not None and stop.chunk_index is not None:
                self.chunk_index, self.attempt, self.reached = stop.chunk_index, stop.attempt, None
        self.moved(words)
