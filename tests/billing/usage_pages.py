"""What the tests of the usage pages share: calls with a known cost, and pages as their readers get them."""

from decimal import Decimal
from typing import Any

from django.test import Client

from billing.ledger.record import record_usage
from billing.models import TokenUsage
from projects.models import Project
from tests.factories import make_event, make_project

NOVEMBER = "from=2026-11-01&to=2026-11-30"


def make_billed_project(**overrides: Any) -> Project:
    """A project whose calls cost what their source says."""
    return make_project(**{"prefers_reported_cost": True, **overrides})


def book(project: Project, *, cost: str | None = None, **overrides: Any) -> TokenUsage:
    """A booked call that costs `cost` dollars; without one, of a model that nobody has a price for."""
    unknown = {"provider": "acme", "model": "acme-x"} if cost is None else {}
    reported = None if cost is None else Decimal(cost)
    event = make_event(project, **{**unknown, "reported_cost": reported, **overrides})
    [outcome] = record_usage([event])
    return TokenUsage.objects.get(pk=outcome.usage_id)


def page_of(client: Client, address: str) -> Any:
    """The value that the page's template writes."""
    response = client.get(address)
    assert response.status_code == 200, address
    return response.context["page"]
