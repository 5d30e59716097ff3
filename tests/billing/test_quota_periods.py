"""When a quota counts anew: hours, days, weeks and months of UTC, or a subscription's own period."""

from datetime import datetime, timedelta, timezone

import pytest

from billing.quotas.periods import Period, current_period, period_bounds
from tests.billing.quotas import at, make_quota, make_subscription

pytestmark = pytest.mark.django_db
LAST_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("hour", at(18, 12), at(18, 13)),
        ("day", at(18), at(19)),
        ("week", at(16), at(23)),
        ("month", at(1), at(1, month=12)),
    ],
)
def test_the_period_holds_its_start_and_not_its_end(period: str, start: datetime, end: datetime) -> None:
    quota = make_quota(period=period)
    for moment in (start, at(18, 12, 30), end - LAST_SECOND):
        assert period_bounds(quota, moment) == (start, end)
    assert period_bounds(quota, end) != (start, end) != period_bounds(quota, start - LAST_SECOND)


def test_it_is_utc_whatever_the_callers_zone() -> None:
    tokyo = timezone(timedelta(hours=9))
    moment = datetime(2026, 12, 1, 3, tzinfo=tokyo)
    assert period_bounds(make_quota(period="day"), moment) == (at(30), at(1, month=12))
    assert period_bounds(make_quota(period="month"), moment) == (at(1), at(1, month=12))


def test_the_last_month_of_a_year_ends_with_it() -> None:
    bounds = period_bounds(make_quota(period="month"), at(31, 23, month=12))
    assert bounds == (at(1, month=12), at(31, month=12) + timedelta(days=1))


def test_it_counts_only_while_it_holds() -> None:
    quota = make_quota(period="month", starts_at=at(10, 8), ends_at=at(20))
    assert [period_bounds(quota, moment) for moment in (at(10, 7, 59), at(10, 8), at(19, 23), at(20))] == [
        None,
        (at(10, 8), at(20)),
        (at(10, 8), at(20)),
        None,
    ]


def test_a_subscriptions_period_is_its_own() -> None:
    subscription = make_subscription(period_start=at(5, 14, 37), period_end=at(5, 14, 37, month=12))
    quota = make_quota(period="subscription", person=subscription.person, subscription=subscription)
    assert period_bounds(quota, at(20)) == (at(5, 14, 37), at(5, 14, 37, month=12))
    assert period_bounds(quota, at(5, 14, 37, month=12)) is None
    assert period_bounds(quota, at(5, 14, 36)) is None


def test_a_cancelled_subscription_runs_to_its_end_and_an_expired_one_does_not() -> None:
    whole = Period(at(1), at(1, month=12))
    for values, expected in (
        ({"status": "active"}, whole),
        ({"status": "past_due"}, whole),
        ({"status": "cancelled"}, whole),
        ({"status": "cancelled", "ends_at": at(25)}, Period(at(1), at(25))),
        ({"status": "cancelled", "ended_at": at(12)}, None),
        ({"status": "expired"}, None),
    ):
        assert current_period(make_subscription(**values), at(20)) == expected
