"""Rows that tests of quotas share."""

from datetime import UTC, datetime
from typing import Any

from billing.ledger.record import record_usage
from billing.models import ModelPrice, Quota, Subscription
from tests.factories import make_event, make_person, make_price, make_project


def at(day: int, hour: int = 0, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def make_subscription(**values: Any) -> Subscription:
    fields: dict[str, Any] = {"plan": "pro", "period_start": at(1), "period_end": at(1, month=12), **values}
    fields.setdefault("person", None)
    if fields["person"] is None:
        fields["person"] = make_person()
    return Subscription.objects.create(**fields)


def make_quota(**values: Any) -> Quota:
    if not values.keys() & {"person", "project"}:
        values["project"] = make_project()
    return Quota.objects.create(**{"limit": 10, **values})


def book(project: Any, *moments: datetime, **values: Any) -> None:
    """Calls of `acme-1` at those times, 1,000 tokens in and 100 out: 0.0012 $ each."""
    if not ModelPrice.objects.filter(provider="acme").exists():
        make_price()
    events = {"provider": "acme", "model": "acme-1", **values}
    outcomes = record_usage([make_event(project, occurred_at=moment, **events) for moment in moments])
    assert {outcome.result for outcome in outcomes} == {"created"}
