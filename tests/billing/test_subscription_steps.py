"""Subscriptions walk only along their steps, at the model and at the database."""

import pytest

from billing.models import Subscription
from tests.billing.quotas import make_subscription
from tests.core.state_machines import assert_steps

ALLOWED = [
    ("trialing", "active"),
    ("trialing", "past_due"),
    ("trialing", "cancelled"),
    ("trialing", "expired"),
    ("active", "past_due"),
    ("active", "cancelled"),
    ("active", "expired"),
    ("past_due", "active"),
    ("past_due", "cancelled"),
    ("past_due", "expired"),
    ("cancelled", "active"),
    ("cancelled", "expired"),
    ("expired", "active"),
]


@pytest.mark.django_db
def test_every_step() -> None:
    assert_steps(lambda status: make_subscription(status=status), Subscription.machine, ALLOWED)
