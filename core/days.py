"""Days that somebody typed into an address."""

from datetime import date

EARLIEST, LATEST = date(1970, 1, 1), date(9000, 1, 1)
"""Days beyond these are slips of the pen, and near the ends of the calendar arithmetic overflows."""


def day_or_none(text: str) -> date | None:
    """The day of an ISO 8601 date; None for what is none, or far from any call."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
