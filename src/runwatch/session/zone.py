"""The machine's own time zone, with its changes over the year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


class LocalZone(tzinfo):
    """Local time as the system tells it for each moment: not one offset for all of them."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """The offset that holds at this local time."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:
        """Not told apart from the offset."""
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        """`CET`, `CEST`."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, dt: datetime) -> datetime:
        """A moment in UTC as local time."""
        return dt.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)
