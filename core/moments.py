"""Times as <time> elements: in the active (the reader's) zone, with UTC in the title."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html

from core.markup import NOT_APPLICABLE
from core.numbers import NARROW_SPACE, duration_text

_UTC_TITLE = "%-d %b %Y, %H:%M:%S"


def _element(moment: datetime, text: str) -> str:
    in_utc = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="UTC {}">{}</time>',
        in_utc.isoformat(timespec="seconds"),
        in_utc.strftime(_UTC_TITLE),
        text,
    )


def moment(value: datetime | None) -> str:
    """ "19 Nov 2026, 09:39"; – when there is none."""
    if value is None:
        return NOT_APPLICABLE
    return _element(value, timezone.localtime(value).strftime("%-d %b %Y, %H:%M"))


def moment_seconds(value: datetime | None) -> str:
    """ "19 Nov 2026, 09:39:07", where calls are told apart by the second."""
    if value is None:
        return NOT_APPLICABLE
    return _element(value, timezone.localtime(value).strftime("%-d %b %Y, %H:%M:%S"))


def clock(value: datetime | None) -> str:
    """ "09:39", where the day is known already."""
    if value is None:
        return NOT_APPLICABLE
    return _element(value, timezone.localtime(value).strftime("%H:%M"))


def ago(value: datetime | None) -> str:
    """ "14 s ago"; – when it never happened."""
    if value is None:
        return NOT_APPLICABLE
    elapsed = max(timezone.now() - value, timedelta())
    seconds = int(elapsed.total_seconds())
    text = f"{seconds}{NARROW_SPACE}s" if seconds < 60 else duration_text(seconds * 1000)
    return _element(value, f"{text} ago")


def day(value: date | None) -> str:
    """A calendar day: "19 Nov 2026"."""
    if value is None:
        return NOT_APPLICABLE
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), value.strftime("%-d %b %Y"))
