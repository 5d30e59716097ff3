"""Times as the databases write them: ISO 8601, in UTC where the type knows its zone."""

from datetime import date, datetime


def as_datetime(text: str) -> datetime | str:
    """Aware if the text names an offset. What Python cannot hold (infinity, year 20000, BC) stays text."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def as_date(text: str) -> date | str:
    """A day; what Python cannot hold stays text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
