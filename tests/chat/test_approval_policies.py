"""Which tool calls a person's policy approves, and what it says of the others."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Person
from chat.approvals.request import request_execution
from chat.approvals.steps import cancel, complete, fail, reject, start
from chat.models import ToolExecution
from projects.models import Project
from tests.chat.tools import make_decided, make_policy, make_tool
from tests.factories import NOON, make_conversation, make_owner, make_person, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def person() -> Person:
    return make_person(name="Ada")


def asked(project: Project, person: Person | None, **fields: Any) -> tuple[str, str]:
    """The status of a call of file_search, and the rule or why it waits."""
    execution = request_execution(
        project=project, person=person, **{"tool_name": "file_search", "now": NOON, **fields}
    )
    stored = ToolExecution.objects.get(pk=execution.pk)
    return stored.status, stored.decision_rule or stored.metadata.get("waits_because", "")


def test_what_a_rule_approves_says_whose_and_which(project: Project, person: Person) -> None:
    make_policy(person)
    execution = request_execution(
        project=project,
        person=person,
        tool_name=" file_search ",
        parameters={"query": "refunds"},
        cost=Decimal("0.05"),
        now=NOON,
    )
    stored = ToolExecution.objects.get(pk=execution.pk)
    assert (execution.status, execution.decided_by) == ("approved", "policy of Ada")
    assert (
        stored.tool_name,
        stored.parameters,
        stored.status,
        stored.cost,
        stored.requested_at,
        stored.decided_by,
        stored.decided_at,
        stored.decided_by_user,
        stored.decision_rule,
        stored.metadata,
    ) == (
        "file_search",
        {"query": "refunds"},
        "approved",
        Decimal("0.05"),
        NOON,
        "policy of Ada",
        NOON,
        None,
        "tool file_search is named",
        {},
    )


def test_without_a_policy_it_waits(project: Project, person: Person) -> None:
    waits = ("pending", "No policy. Without one, somebody decides on every call.")
    assert asked(project, person) == asked(project, None) == waits


def test_a_policy_that_is_off_approves_nothing(project: Project, person: Person) -> None:
    make_policy(person, is_active=False)
    assert asked(project, person) == ("pending", "Policy is off. Nothing is approved by it.")


@pytest.mark.parametrize(
    ("risk", "changes", "expected"),
    [
        ("read_only", {}, ("approved", "read-only tools are allowed")),
        ("read_only", {"allows_read_only": False}, "read-only"),
        ("low", {}, ("approved", "tools of low risk are allowed")),
        ("low", {"allows_low_risk": False}, "of low risk"),
        ("high", {}, "of high risk"),
        (None, {}, "of high risk"),
        ("high", {"allowed_tools": ["web_fetch"]}, ("approved", "tool web_fetch is named")),
        # As an import may have left it.
        ("high", {"allowed_tools": "web_fetch"}, "of high risk"),
    ],
)
def test_by_risk_and_by_name(
    project: Project, person: Person, risk: str | None, changes: dict[str, Any], expected: Any
) -> None:
    make_tool(make_project(), "web_fetch", risk="read_only")
    if risk:
        make_tool(project, "web_fetch", risk=risk)
    make_policy(person, **changes)
    if isinstance(expected, str):
        why = f"No rule allows it. The tool web_fetch is {expected}, and the policy does not name it."
        expected = ("pending", why)
    assert asked(project, person, tool_name="web_fetch") == expected


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        ("0.50", ("approved", "tool file_search is named")),
        ("0.500000001", ("pending", "Over the limit of a call. $0.500000001 of $0.50.")),
        (None, ("pending", "Unknown cost. The policy limits what calls cost.")),
    ],
)
def test_the_limit_of_a_call(
    project: Project, person: Person, cost: str | None, expected: tuple[str, str]
) -> None:
    make_policy(person, max_cost_per_tool="0.50")
    assert asked(project, person, cost=cost and Decimal(cost)) == expected


def test_the_limit_of_an_hour_counts_what_was_approved_in_it(project: Project, person: Person) -> None:
    make_policy(person, max_cost_per_hour="1.00")
    an_hour_ago = NOON - timedelta(minutes=60)
    counted = {"person": person, "decided_at": an_hour_ago + timedelta(seconds=1)}
    for status in ("approved", "executing", "completed", "failed"):
        make_decided(project, **counted, status=status, cost="0.10")
    make_decided(make_project(), **counted, cost="0.10")
    make_decided(project, **counted, status="rejected", cost="5")
    make_decided(project, **counted, status="cancelled", cost="5")
    make_decided(project, person=person, decided_at=an_hour_ago, cost="5")
    make_decided(project, person=make_person(), decided_at=NOON, cost="5")
    assert asked(project, person, cost=Decimal("0.51")) == (
        "pending",
        "Over the hourly limit. $0.50 of $1.00 spent, $0.51 asked for.",
    )
    assert asked(project, person, cost=Decimal("0.50"))[0] == "approved"
    assert asked(project, person, cost=Decimal("0.000000001"))[0] == "pending"
    assert asked(project, person, cost=Decimal(0))[0] == "approved"


def test_an_unknown_cost_is_over_the_limit_of_an_hour(project: Project, person: Person) -> None:
    make_policy(person, max_cost_per_hour="1.00")
    assert asked(project, person) == ("pending", "Unknown cost. The policy limits what calls cost.")
    make_decided(project, person=person, decided_at=NOON)
    assert asked(project, person, cost=Decimal("0.01")) == (
        "pending",
        "Unknown cost. A call of the last hour has none, and the policy limits the hour.",
    )


def test_a_new_tool_waits_until_somebody_approved_it_once(project: Project, person: Person) -> None:
    make_policy(person, new_tools_need_approval=True)
    new = ("pending", "New tool. No call of file_search was approved for this person yet.")
    assert asked(project, person) == new
    make_decided(project, person=make_person(), tool_name="file_search")
    make_decided(project, person=person, tool_name="web_fetch")
    make_decided(project, person=person, tool_name="file_search", status="rejected")
    assert asked(project, person) == new
    make_decided(project, person=person, tool_name="file_search", decided_at=NOON - timedelta(days=400))
    assert asked(project, person) == ("approved", "tool file_search is named")


def test_limits_come_before_rules(project: Project, person: Person) -> None:
    make_policy(person, is_active=False, max_cost_per_tool="0.01", new_tools_need_approval=True)
    assert asked(project, person, cost=Decimal(1))[1].startswith("Policy is off")
    person.auto_approval_policy.is_active = True
    person.auto_approval_policy.save()
    assert asked(project, person, cost=Decimal(1))[1].startswith("Over the limit of a call")
    assert asked(project, person, cost=Decimal("0.01"))[1].startswith("New tool")


def test_a_call_belongs_to_its_project(project: Project, person: Person) -> None:
    other = make_conversation(make_project())
    with pytest.raises(ValidationError, match="belongs to another project"):
        request_execution(project=project, tool_name="x", conversation=other)
    with pytest.raises(ValidationError, match="tool_name"):
        request_execution(project=project, tool_name=" ")
    assert not ToolExecution.objects.exists()


def test_the_longest_name_still_fits(project: Project, person: Person) -> None:
    name = "t" * 200
    make_policy(person, allowed_tools=[name])
    status, rule = asked(project, person, tool_name=name)
    assert (status, len(rule), rule[-1]) == ("approved", 200, "…")


def test_what_a_policy_approved_runs_and_can_still_be_stopped(project: Project, person: Person) -> None:
    make_policy(person)
    first, second, third = (
        request_execution(project=project, person=person, tool_name="file_search") for _ in range(3)
    )
    start(first)
    complete(first)
    start(second)
    fail(second, error="timeout")
    reject(third, make_owner(name="Grace"), "not today")
    fourth = request_execution(project=project, person=person, tool_name="file_search")
    cancel(fourth)
    assert [
        (execution.status, execution.decided_by, execution.decision_rule)
        for execution in ToolExecution.objects.order_by("id")
    ] == [
        ("completed", "policy of Ada", "tool file_search is named"),
        ("failed", "policy of Ada", "tool file_search is named"),
        ("rejected", "Grace", "not today"),
        ("cancelled", "policy of Ada", "tool file_search is named"),
    ]
