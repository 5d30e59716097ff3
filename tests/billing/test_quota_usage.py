"""What is used of a quota: booked calls of its period, unknown ones counted apart."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Quota
from billing.quotas.state import QuotaState, state, states, used
from billing.quotas.usage import Used
from tests.billing.quotas import at, book, make_quota, make_subscription
from tests.factories import make_person, make_project

pytestmark = pytest.mark.django_db
NOW = at(18, 12, 30)
NOTHING = Used(requests=0, tokens=0, cost=Decimal(0), unpriced=0, unmeasured=0)


def calls(number: int) -> Used:
    return Used(number, 1100 * number, Decimal("0.0012") * number, 0, 0)


@pytest.mark.parametrize("zones", [["UTC"], ["Europe/Berlin"]])
@pytest.mark.parametrize(
    ("period", "inside", "outside"),
    [
        ("hour", [at(18, 12), at(18, 12, 59)], [at(18, 11, 59), at(18, 13)]),
        ("day", [at(18), at(18, 23, 59)], [at(17, 23, 59), at(19)]),
        ("week", [at(16), at(22, 23, 59)], [at(15, 23, 59), at(23)]),
        ("month", [at(1), at(30, 23, 59)], [at(31, 23, 59, month=10), at(1, month=12)]),
    ],
)
def test_the_edges_of_periods(
    settings: Any, zones: list[str], period: str, inside: list[Any], outside: list[Any]
) -> None:
    """From the rollups where they keep days of UTC, and from the ledger where they do not."""
    settings.REPORTING_TIME_ZONES = zones
    quota = make_quota(period=period)
    book(quota.project, *inside, *outside)
    assert used(quota, NOW) == calls(2)


@pytest.mark.parametrize("zones", [["UTC"], ["Europe/Berlin"]])
def test_parts_of_days_are_counted_to_the_second(settings: Any, zones: list[str]) -> None:
    settings.REPORTING_TIME_ZONES = zones
    person, project = make_person(), make_project()
    subscription = make_subscription(
        person=person, period_start=at(5, 14, 37), period_end=at(20, 6, 10), plan="pro"
    )
    quota = make_quota(period="subscription", person=person, subscription=subscription)
    inside = [at(5, 14, 37), at(5, 23), at(6), at(19, 23), at(20), at(20, 6, 9)]
    book(project, *inside, at(5, 14, 36), at(20, 6, 10), person_id=person.pk)
    assert used(quota, NOW) == calls(6)


@pytest.mark.parametrize("period", ["hour", "month"])
def test_each_counts_its_own(period: str) -> None:
    ada, bob, shop, help_desk = make_person(), make_person(), make_project(), make_project()
    for project, person, number in ((shop, ada, 1), (shop, bob, 2), (help_desk, ada, 4), (shop, None, 8)):
        book(project, *[NOW] * number, person_id=None if person is None else person.pk)
    quotas = {
        "of a project": make_quota(period=period, project=shop),
        "of a person": make_quota(period=period, person=ada),
        "of a person in a project": make_quota(period=period, person=ada, project=shop),
        "of one without calls": make_quota(period=period, person=make_person()),
    }
    assert {name: used(quota, NOW) for name, quota in quotas.items()} == {
        "of a project": calls(11),
        "of a person": calls(5),
        "of a person in a project": calls(1),
        "of one without calls": NOTHING,
    }


@pytest.mark.parametrize("period", ["hour", "month"])
def test_what_nobody_knows_is_counted_apart(period: str) -> None:
    quota = make_quota(period=period)
    book(quota.project, NOW)
    book(quota.project, NOW, model="nobody-knows")
    book(quota.project, NOW, input_tokens=None, output_tokens=None)
    book(quota.project, NOW, status="error", input_tokens=None, output_tokens=None)
    book(quota.project, NOW, status="cached", input_tokens=None, output_tokens=None)
    assert used(quota, NOW) == Used(3, 2200, Decimal("0.0012"), unpriced=2, unmeasured=1)


@pytest.mark.parametrize("period", ["hour", "month"])
def test_nothing_known_is_not_nothing(period: str) -> None:
    quota = make_quota(period=period, metric="cost", limit=5_000_000_000)
    book(quota.project, NOW, model="nobody-knows")
    assert state(quota, NOW) == QuotaState(
        limit=Decimal(5),
        used=None,
        remaining=None,
        share=None,
        resets_at=at(18, 13) if period == "hour" else at(1, month=12),
        unpriced=1,
        unmeasured=0,
    )


@pytest.mark.parametrize("period", ["hour", "month"])
def test_a_fuller_report_of_a_call_counts_once(period: str) -> None:
    quota = make_quota(period=period)
    book(quota.project, NOW, native_id="one", input_tokens=10, output_tokens=0)
    book(quota.project, NOW, native_id="one")
    assert used(quota, NOW) == calls(1)


def test_states_in_the_units_of_their_metrics() -> None:
    project = make_project()
    book(project, NOW, NOW, NOW)
    month = {"project": project, "period": "month"}
    expected = {
        make_quota(metric="requests", limit=4, **month): (4, 3, 1, Decimal("0.75"), False),
        make_quota(metric="requests", limit=3, **month): (3, 3, 0, Decimal(1), True),
        make_quota(metric="tokens", limit=3000, **month): (3000, 3300, 0, Decimal("1.1"), True),
        make_quota(metric="cost", limit=7_200_000, **month): (
            Decimal("0.0072"),
            Decimal("0.0036"),
            Decimal("0.0036"),
            Decimal("0.5"),
            False,
        ),
        make_quota(metric="requests", limit=None, **month): (None, 3, None, None, False),
        make_quota(metric="requests", limit=0, **month): (0, 3, 0, Decimal(1), True),
    }
    found = states(expected, NOW)
    assert {
        quota: (
            (one := found[quota.pk]).limit,
            one.used,
            one.remaining,
            one.share,
            one.is_exhausted,
        )
        for quota in expected
    } == expected
    assert {one.resets_at for one in found.values()} == {at(1, month=12)}


def test_one_that_does_not_hold_now_says_nothing() -> None:
    later = make_quota(starts_at=at(19))
    assert state(later, NOW) == QuotaState(10, None, None, None, None, 0, 0)
    assert used(later, NOW) is None
    ending = make_quota(period="month", ends_at=at(20))
    assert state(ending, NOW).resets_at is None


def test_there_may_be_more_than_one_statement_joins() -> None:
    project, minutes = make_project(), range(260)
    book(project, at(1, 2, 10), at(2))
    starts = [at(1) + timedelta(minutes=minute) for minute in minutes]
    quotas = [make_quota(project=project, period="month", starts_at=start) for start in starts]
    found = states(quotas, NOW)
    assert [found[quota.pk].used for quota in quotas] == [2 if minute <= 130 else 1 for minute in minutes]


def test_many_take_as_many_queries_as_one() -> None:
    for _ in range(30):
        person = make_person()
        subscription = make_subscription(person=person, period_start=at(5, 14), period_end=at(25, 3))
        for period in ("hour", "day", "week", "month", "subscription"):
            make_quota(person=person, period=period, subscription=subscription)
    book(make_project(), NOW)
    quotas = Quota.objects.select_related("subscription")
    counts = []
    for number in (1, 150):
        chosen = list(quotas.filter(period="subscription") if number == 1 else quotas)[:number]
        with CaptureQueriesContext(connection) as captured:
            assert len(states(chosen, NOW)) == number
        counts.append(len(captured))
    assert counts == [2, 2]
