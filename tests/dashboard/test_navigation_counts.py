"""The count beside "Unpriced": what the reader may see, in the period and projects of the address."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from billing.ledger.record import record_usage
from dashboard.context import build_shell
from tests.dashboard.test_navigation import links, request_for
from tests.factories import make_event, make_member, make_owner, make_price, make_project

pytestmark = pytest.mark.django_db

OCTOBER = "from=2026-10-01&to=2026-10-31"


def test_unpriced_requests_of_the_period_and_projects() -> None:
    mine, theirs = make_project(), make_project()
    make_price(provider="acme", model="acme-1")
    moment = datetime(2026, 10, 5, tzinfo=UTC)
    unknown = {"provider": "acme", "model": "acme-9", "occurred_at": moment}
    record_usage(
        [
            make_event(mine, **unknown),
            make_event(mine, **{**unknown, "occurred_at": datetime(2026, 9, 5, tzinfo=UTC)}),
            make_event(theirs, **unknown),
            make_event(theirs, **unknown),
            make_event(theirs, provider="acme", model="acme-1", occurred_at=moment),
        ]
    )

    def count(user: User, query: str) -> int:
        return links(build_shell(request_for(user, f"/usage/?{query}")))["Unpriced"].count

    owner, member = make_owner(), make_member(mine)
    assert count(owner, OCTOBER) == 3
    assert count(owner, f"{OCTOBER}&project={theirs.pk}") == 2
    assert count(member, OCTOBER) == 1
    assert count(member, f"{OCTOBER}&project={theirs.pk}") == 0
    assert count(owner, f"{OCTOBER}&zone=Asia/Kolkata") == 0
