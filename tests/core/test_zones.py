"""Days are right in every zone: they never overlap and leave nothing out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.zones import day_start, local_day, zone_info

ZONES = [
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Pacific/Apia",
    "Atlantic/Azores",
    "America/Havana",
]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 11, 2), 24)]
)
def test_new_york_days_have_23_and_25_hours_at_the_edges(day: date, hours: int) -> None:
    zone = zone_info("America/New_York")
    assert day_start(day + timedelta(days=1), zone) - day_start(day, zone) == timedelta(hours=hours)


def test_quarter_hour_zones_begin_their_days_off_the_hour() -> None:
    assert day_start(date(2026, 11, 18), ZoneInfo("Asia/Kathmandu")) == datetime(
        2026, 11, 17, 18, 15, tzinfo=UTC
    )
    assert day_start(date(2026, 11, 18), ZoneInfo("Asia/Kolkata")) == datetime(
        2026, 11, 17, 18, 30, tzinfo=UTC
    )


def test_a_skipped_midnight_begins_the_day_after_the_gap() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    assert day_start(date(2018, 11, 4), zone).astimezone(zone).isoformat() == "2018-11-04T01:00:00-02:00"


def test_clocks_set_back_across_midnight_leave_days_whole() -> None:
    zone = ZoneInfo("America/St_Johns")
    again = datetime(2010, 11, 7, 3, 0, tzinfo=UTC)
    assert again.astimezone(zone).isoformat() == "2010-11-06T23:30:00-03:30"
    assert local_day(again, zone) == date(2010, 11, 7)


@given(
    st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)), st.sampled_from(ZONES)
)
def test_every_moment_lies_in_exactly_its_day(moment: datetime, name: str) -> None:
    zone = zone_info(name)
    day = local_day(moment, zone)
    assert day_start(day, zone) <= moment < day_start(day + timedelta(days=1), zone)


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(ValueError, match="“Mars/Phobos” is not an IANA time zone"):
        zone_info("Mars/Phobos")
