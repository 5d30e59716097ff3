"""The demo's tool calls: a queue to decide on, and decisions of people and policies."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from chat.models import AutoApprovalPolicy, Tool, ToolExecution
from integrations.demo.seeding import EMAIL, remove_demo, seed_demo
from tests.chat.tools import make_execution, make_policy, make_tool
from tests.factories import make_person, make_project

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)


def test_it_shows_what_waits_and_what_was_decided_once() -> None:
    seed_demo(days=2, seed=7, now=NOW)
    calls = ToolExecution.objects.order_by("requested_at")
    assert Counter(calls.values_list("status", flat=True)) == {
        "pending": 12,
        "completed": 7,
        "failed": 1,
        "rejected": 1,
        "cancelled": 1,
    }
    assert {call.metadata["waits_because"].partition(". ")[0] for call in calls.filter(status="pending")} == {
        "New tool",
        "No policy",
        "No rule allows it",
        "Over the hourly limit",
        "Over the limit of a call",
        "Policy is off",
        "Unknown cost",
    }
    by_whom = set(calls.exclude(decided_by="").values_list("decided_by", flat=True))
    assert by_whom == {
        "Demo owner",
        "policy of Priya Nair",
        "policy of Jonas Weber",
        "policy of Noah Lindqvist",
    }
    assert not calls.filter(conversation=None).exists()
    assert not calls.filter(requested_at__gt=NOW).exists()
    before = list(calls.values_list("id", "status")), Tool.objects.count(), AutoApprovalPolicy.objects.count()
    seed_demo(days=2, seed=7, now=NOW + timedelta(hours=1))
    assert (
        list(calls.values_list("id", "status")),
        Tool.objects.count(),
        AutoApprovalPolicy.objects.count(),
    ) == before
    assert User.objects.get(email=EMAIL).tool_decisions.count() == 4


def test_removing_it_leaves_what_is_real() -> None:
    project, person = make_project(), make_person()
    call, tool, policy = make_execution(project), make_tool(project), make_policy(person)
    seed_demo(days=2, seed=7, now=NOW)
    remove_demo()
    assert list(ToolExecution.objects.all()) == [call]
    assert list(Tool.objects.all()) == [tool]
    assert list(AutoApprovalPolicy.objects.all()) == [policy]
