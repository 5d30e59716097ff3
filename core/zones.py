"""Time zones: which one a reader reads in, and where days begin."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.conf import settings
from django.http import HttpRequest


def default_zone() -> str:
    """The installation's first reporting zone."""
    return str(settings.REPORTING_TIME_ZONES[0])


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """All IANA names that this Python knows."""
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    return name in zone_names()


@lru_cache(maxsize=64)
def zone_info(name: str) -> ZoneInfo:
    """The zone of an IANA name; raises ValueError that names it when there is none."""
    if not is_zone(name):
        raise ValueError(f"“{name}” is not an IANA time zone, such as Europe/Berlin.")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"“{name}” is not an IANA time zone, such as Europe/Berlin.") from error


def reader_zone(request: HttpRequest) -> ZoneInfo:
    """The zone of `?zone=`, else the session's, else the user's own, else the installation's first."""
    user = getattr(request, "user", None)
    session = getattr(request, "session", {})
    for name in (request.GET.get("zone", ""), session.get("zone", ""), getattr(user, "time_zone", "")):
        if name and is_zone(name):
            return zone_info(name)
    return zone_info(default_zone())


@lru_cache(maxsize=65536)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The UTC moment at which `day` begins in `zone`.

    A midnight that a spring-forward skips is the first moment after the gap; one that comes twice is its
    first occurrence (PEP 495, fold=0).
    """
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day in `zone` whose span [day_start(day), day_start(day + 1)) holds the aware `moment`.

    Its calendar date, but where clocks go back across midnight: the hour that comes twice then stays whole in
    the new day, so that days never overlap and always add up to their range.
    """
    day = moment.astimezone(zone).date()
    following = day + timedelta(days=1)
    return following if moment >= day_start(following, zone) else day


def days_between(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
