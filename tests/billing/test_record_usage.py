"""The one door to the ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.ledger.events import Outcome, Result
from billing.ledger.rebuild import check_rollups, rebuild_rollups
from billing.ledger.record import record_usage
from billing.models import (
    DailyModelUsage,
    DailyPersonUsage,
    DailyProjectUsage,
    DailyUsage,
    RollupZone,
    TokenUsage,
)
from billing.querysets import AppendOnlyError
from core.ids import NIL
from tests.factories import NOON, make_event, make_person, make_price, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _acme_price(db: None) -> None:
    make_price()


def acme(project, **overrides):
    return make_event(project, **{"provider": "acme", "model": "acme-1", **overrides})


def test_a_batch_is_booked_priced_and_summed() -> None:
    project, person = make_project(), make_person()
    outcomes = record_usage(
        [
            acme(
                project,
                person_id=person.pk,
                cache_read_tokens=400,
                cache_write_tokens=100,
                reasoning_tokens=30,
            ),
            acme(project, status="error", input_tokens=None, output_tokens=None, error_type="RateLimitError"),
            acme(project, model="nobody-knows", environment="production"),
        ]
    )
    assert [outcome.result for outcome in outcomes] == [Result.CREATED] * 3
    row = TokenUsage.objects.get(pk=outcomes[0].usage_id)
    assert (row.total_tokens, row.cost, row.cost_source) == (1100, Decimal("0.0012"), "computed")
    assert row.recorded_at > NOON

    sums = DailyUsage.objects.filter(zone="UTC", day=NOON.date(), project=project).order_by("model")
    assert list(
        sums.values_list("model", "environment", "requests", "errors", "cost", "unpriced_requests")
    ) == [
        ("acme-1", "", 1, 1, Decimal("0.0012"), 0),
        ("nobody-knows", "production", 1, 0, Decimal(0), 1),
    ]
    assert DailyModelUsage.objects.get(model="acme-1").cache_read_tokens == 400
    assert DailyProjectUsage.objects.get().requests == 2
    assert dict(DailyPersonUsage.objects.values_list("person_key", "requests")) == {person.pk: 1, NIL: 1}


def test_the_same_call_is_booked_once() -> None:
    project = make_project()
    event = acme(project)
    first, again = record_usage([event]), record_usage([event])
    assert again == [Outcome(Result.UNCHANGED, first[0].usage_id)]
    assert TokenUsage.objects.count() == 1
    assert DailyProjectUsage.objects.get().requests == 1


def test_within_a_batch_the_fullest_report_counts() -> None:
    project = make_project()
    partial = acme(project, output_tokens=2, session_id="first")
    full = replace(partial, output_tokens=100, session_id="second")
    outcomes = record_usage([partial, full, partial])
    assert [outcome.result for outcome in outcomes] == [Result.CREATED, Result.DUPLICATE, Result.DUPLICATE]
    row = TokenUsage.objects.get()
    assert (row.output_tokens, row.session_id) == (100, "first")


def test_a_fuller_report_later_replaces_the_row_and_its_sums() -> None:
    project = make_project()
    partial = acme(project, output_tokens=2, status="partial")
    record_usage([partial])
    outcome = record_usage([replace(partial, output_tokens=100, status="ok")])[0]
    assert outcome.result == Result.CREATED
    replaced = TokenUsage.objects.get(superseded_by__isnull=False)
    assert (replaced.output_tokens, replaced.superseded_by_id) == (2, outcome.usage_id)
    assert TokenUsage.objects.booked().get().output_tokens == 100
    assert list(DailyProjectUsage.objects.values_list("requests", "output_tokens")) == [(1, 100)]
    assert record_usage([partial])[0].result == Result.UNCHANGED
    assert check_rollups().drifts == ()


def test_another_project_does_not_book_the_call_again() -> None:
    here, there = make_project(), make_project()
    event = acme(here)
    booked = record_usage([event])[0].usage_id
    outcome = record_usage([replace(event, project_id=there.pk)])[0]
    assert (outcome.result, outcome.usage_id) == (Result.DUPLICATE, booked)
    fuller = record_usage([replace(event, project_id=there.pk, output_tokens=500)])[0]
    assert fuller.result == Result.CREATED
    assert TokenUsage.objects.booked().get().project_id == here.pk


def test_who_is_confined_to_a_project_changes_no_other() -> None:
    here, there = make_project(), make_project()
    event = acme(here, output_tokens=2)
    booked = record_usage([event])[0].usage_id
    fuller = replace(event, project_id=there.pk, output_tokens=500)
    assert record_usage([fuller], is_confined=True) == [
        Outcome(Result.DUPLICATE, booked, "booked in another project already")
    ]
    assert [(row.project_id, row.output_tokens) for row in TokenUsage.objects.all()] == [(here.pk, 2)]
    assert list(DailyProjectUsage.objects.values_list("project", "output_tokens")) == [(here.pk, 2)]
    assert record_usage([replace(fuller, project_id=here.pk)], is_confined=True)[0].result == Result.CREATED
    assert TokenUsage.objects.booked().get().output_tokens == 500


def test_bad_events_are_rejected_by_name_and_the_good_ones_booked() -> None:
    project = make_project()
    bad = {
        "input_tokens: -1 is negative": {"input_tokens": -1},
        "input_tokens: True is not a whole number": {"input_tokens": True},
        "output_tokens: 9007199254740993 is too large": {"output_tokens": 2**53 + 1},
        "input_tokens: 1000 is less than its cached part 1001": {
            "cache_read_tokens": 1,
            "cache_write_tokens": 1000,
        },
        "reasoning_tokens: 101 exceeds output_tokens 100": {"reasoning_tokens": 101},
        "cache_write_1h_tokens: 2 exceeds cache_write_tokens 1": {
            "cache_write_1h_tokens": 2,
            "cache_write_tokens": 1,
        },
        "occurred_at: has no time zone": {"occurred_at": datetime(2026, 1, 1)},
        "occurred_at: 1970-01-21 is not between 2015 and 2100": {
            "occurred_at": datetime(1970, 1, 21, tzinfo=UTC)
        },
        "project: does not exist": {"project_id": uuid4()},
        "project: missing": {"project_id": None},
        "provider: missing": {"provider": ""},
        "native_id: missing": {"native_id": ""},
        "status: “maybe” is not one of cached, cancelled, error, mock, ok, partial, unmeasured": {
            "status": "maybe"
        },
        "model: longer than 200 characters": {"model": "m" * 201},
        "model: contains U+0000": {"model": "a\x00b"},
        "reported_cost: NaN is not an amount": {"reported_cost": Decimal("NaN")},
    }
    outcomes = record_usage([acme(project), *(acme(project, **overrides) for overrides in bad.values())])
    assert outcomes[0].result == Result.CREATED
    assert [(outcome.result, outcome.reason) for outcome in outcomes[1:]] == [
        (Result.REJECTED, reason) for reason in bad
    ]
    assert TokenUsage.objects.count() == 1


def test_unknown_tokens_stay_unknown_and_are_counted() -> None:
    record_usage([acme(make_project(), input_tokens=None, output_tokens=None)])
    row = TokenUsage.objects.get()
    assert (row.input_tokens, row.output_tokens, row.total_tokens, row.cost) == (None, None, None, None)
    sums = DailyProjectUsage.objects.get()
    assert (sums.requests, sums.unmeasured_requests, sums.unpriced_requests) == (1, 1, 1)


def test_calls_that_no_provider_answered_do_not_count() -> None:
    zero = {"input_tokens": 0, "output_tokens": 0, "reported_cost": Decimal(0)}
    record_usage([acme(make_project(), status=status, **zero) for status in ("cached", "mock")])
    assert list(TokenUsage.objects.values_list("cost", flat=True)) == [Decimal(0), Decimal(0)]
    assert not DailyProjectUsage.objects.exists()


def test_an_error_leaves_no_trace_of_the_batch() -> None:
    project = make_project()
    poisoned = acme(project, raw_usage={"text": "a\ud800"}, conversation_id=uuid4())

    def book() -> None:
        with transaction.atomic():
            record_usage([acme(project), poisoned])
            connection.check_constraints()

    with pytest.raises((IntegrityError, UnicodeError)):
        book()
    assert not TokenUsage.objects.exists()
    assert not DailyUsage.objects.exists()


def test_a_batch_takes_a_fixed_number_of_queries(django_assert_num_queries) -> None:
    project = make_project()
    record_usage([acme(project)])
    small, large = [acme(project) for _ in range(2)], [acme(project) for _ in range(200)]
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        record_usage(small)
    with CaptureQueriesContext(connection) as many:
        record_usage(large)
    assert len(many) == len(few)


def test_days_are_those_of_each_reporting_zone(settings) -> None:
    settings.REPORTING_TIME_ZONES = ["UTC", "America/New_York", "Asia/Kathmandu"]
    late = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    record_usage([acme(make_project(), occurred_at=late)])
    assert {(row.zone, row.day.day) for row in DailyUsage.objects.all()} == {
        ("UTC", 1),
        ("America/New_York", 1),
        ("Asia/Kathmandu", 2),
    }


def test_a_zone_added_later_is_read_only_once_it_is_whole(settings) -> None:
    project = make_project()
    record_usage([acme(project)])
    settings.REPORTING_TIME_ZONES = ["UTC", "Asia/Kolkata"]
    record_usage([acme(project, occurred_at=NOON + timedelta(days=1))])
    assert set(DailyUsage.objects.values_list("zone", flat=True)) == {"UTC"}
    assert list(RollupZone.objects.values_list("zone", flat=True)) == ["UTC"]
    rebuild_rollups()
    assert DailyUsage.objects.filter(zone="Asia/Kolkata").count() == 2
    assert set(RollupZone.objects.filter(built_at__isnull=False).values_list("zone", flat=True)) == {
        "UTC",
        "Asia/Kolkata",
    }
    record_usage([acme(project, occurred_at=NOON + timedelta(days=2))])
    assert DailyUsage.objects.filter(zone="Asia/Kolkata").count() == 3
    settings.REPORTING_TIME_ZONES = ["UTC"]
    rebuild_rollups()
    assert set(DailyUsage.objects.values_list("zone", flat=True)) == {"UTC"}


def test_the_ledger_refuses_change() -> None:
    record_usage([acme(make_project())])
    row = TokenUsage.objects.get()
    row.input_tokens = 5
    for change in (
        row.save,
        row.delete,
        TokenUsage.objects.all().delete,
        lambda: TokenUsage.objects.update(cost=1),
    ):
        with pytest.raises(AppendOnlyError):
            change()
    assert TokenUsage.objects.get().input_tokens == 1000


def test_a_person_goes_and_their_spend_stays() -> None:
    person = make_person(name="Priya")
    record_usage([acme(make_project(), person_id=person.pk, person_label="Priya")])
    person_id = person.pk
    person.delete()
    row = TokenUsage.objects.get()
    assert (row.person_id, row.person_label, row.cost) == (person_id, "Priya", Decimal("0.0012"))
    assert check_rollups().drifts == ()


def test_the_database_refuses_to_change_figures_and_lets_links_go() -> None:
    record_usage([acme(make_project())])
    with connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("UPDATE billing_tokenusage SET cost = 0")
        cursor.execute("UPDATE billing_tokenusage SET conversation_id = NULL")
    assert TokenUsage.objects.get().cost == Decimal("0.0012")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
@pytest.mark.parametrize("changed", ["", "id", "dedup_key"])
def test_the_database_refuses_to_replace_a_row(changed: str) -> None:
    record_usage([acme(make_project())])
    given = {
        field.column: f'"{field.column}"' for field in TokenUsage._meta.concrete_fields if not field.generated
    }
    given |= {"cost": "0", **({changed: "x'00'"} if changed else {})}
    statement = (
        f"INSERT OR REPLACE INTO billing_tokenusage ({', '.join(given)})"
        f" SELECT {', '.join(given.values())} FROM billing_tokenusage"
    )
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert TokenUsage.objects.get().cost == Decimal("0.0012")
