"""What was copied last, in a file too: the way out where a terminal does not take OSC 52."""

from __future__ import annotations

from runwatch.sources.cache import short_path, write_private

NAME = "copied.txt"


class Copies:
    """Keeps one text, the last."""

    def __init__(self) -> None:
        self._directory: str | None = None
        self._has_complained = False

    def keep_in(self, directory: str) -> None:
        """From now on there."""
        self._directory = directory

    def keep(self, text: str) -> str:
        """Write it down, and say where; that it cannot be is said once. Empty where nothing is to be said."""
        if self._directory is None:
            return ""
        try:
            path = write_private(self._directory, NAME, text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            if self._has_complained:
                return ""
            self._has_complained = True
            return f"not in a file: {short_path(self._directory)} cannot be written ({error.strerror or error})"
        return f"also in {short_path(path)}"
