"""Steps of a tool execution: which are allowed, what each writes, and what the database refuses."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from accounts.models import User
from chat.approvals.steps import approve, cancel, complete, fail, reject, start
from chat.models import ToolExecution
from core.transitions import IllegalStepError
from projects.models import Membership
from tests.cast import Cast
from tests.chat.tools import make_execution
from tests.factories import NOON, make_member, make_owner, make_project, make_user

pytestmark = pytest.mark.django_db

Status = ToolExecution.Status
LATER = NOON + timedelta(minutes=3)
SERVICES: dict[str, Callable[[ToolExecution, User], None]] = {
    Status.APPROVED: lambda execution, user: approve(execution, user),
    Status.REJECTED: lambda execution, user: reject(execution, user),
    Status.CANCELLED: lambda execution, user: cancel(execution, user),
    Status.EXECUTING: lambda execution, user: start(execution),
    Status.COMPLETED: lambda execution, user: complete(execution),
    Status.FAILED: lambda execution, user: fail(execution, error="no answer"),
}
ALLOWED = {
    ("pending", "approved"),
    ("pending", "rejected"),
    ("pending", "cancelled"),
    ("approved", "executing"),
    ("approved", "rejected"),
    ("approved", "cancelled"),
    ("executing", "completed"),
    ("executing", "failed"),
}
STEPS = list(product(Status.values, Status.values))


def at(status: str) -> ToolExecution:
    decision = {} if status == "pending" else {"decided_by": "Ada", "decided_at": NOON}
    return make_execution(make_project(), status=status, **decision)


def stored(execution: ToolExecution, *names: str) -> tuple[Any, ...]:
    return ToolExecution.objects.values_list(*names).get(pk=execution.pk)


@pytest.mark.parametrize(("before", "after"), [step for step in STEPS if step[1] in SERVICES])
def test_services_take_allowed_steps_and_refuse_all_others(before: str, after: str) -> None:
    execution, owner = at(before), make_owner()
    if (before, after) in ALLOWED:
        SERVICES[after](execution, owner)
        assert (execution.status, stored(execution, "status")) == (after, (after,))
    else:
        with pytest.raises(IllegalStepError):
            SERVICES[after](execution, owner)
        assert stored(execution, "status") == (before,)


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_the_model_and_the_database_hold_the_same(before: str, after: str) -> None:
    execution = at(before)
    row = ToolExecution.objects.filter(pk=execution.pk)
    decision = {"decided_by": "", "decided_at": None} if after == "pending" else {}
    execution.status = after
    if (before, after) in ALLOWED or before == after:
        row.update(status=after, **decision)
        row.update(status=after)
        assert stored(execution, "status") == (after,)
        return
    with pytest.raises(IllegalStepError):
        execution.save()
    with pytest.raises(DatabaseError, match="not allowed"), transaction.atomic():
        row.update(status=after, **decision)
    assert stored(execution, "status") == (before,)


def test_a_life_from_request_to_result() -> None:
    execution, owner = make_execution(make_project()), make_owner(name="Ada")
    approve(execution, owner, now=LATER)
    assert stored(execution, "decided_by", "decided_at", "decided_by_user", "decision_rule") == (
        "Ada",
        LATER,
        owner.pk,
        "",
    )
    start(execution, now=LATER + timedelta(seconds=1))
    complete(
        execution,
        result={"refunded": True},
        cost=Decimal("0.25"),
        now=LATER + timedelta(seconds=3, milliseconds=500),
    )
    assert stored(execution, "executed_at", "completed_at", "duration_ms", "cost", "result", "error") == (
        LATER + timedelta(seconds=1),
        LATER + timedelta(seconds=3, milliseconds=500),
        2_500,
        Decimal("0.25"),
        {"refunded": True},
        "",
    )


def test_a_failure_keeps_the_expected_cost_and_says_what_went_wrong() -> None:
    execution = make_execution(make_project(), cost=Decimal("0.10"))
    approve(execution, make_owner())
    start(execution)
    fail(execution, error="the shop did not answer", duration_ms=30_000)
    assert stored(execution, "status", "error", "cost", "duration_ms", "result") == (
        "failed",
        "the shop did not answer",
        Decimal("0.10"),
        30_000,
        None,
    )


def test_a_rejection_keeps_its_reason_and_who_had_approved() -> None:
    execution = make_execution(make_project())
    approve(execution, make_owner(name="Ada"))
    reject(execution, make_owner(name="Grace"), " the customer called ", now=LATER)
    assert stored(execution, "status", "decided_by", "decided_at", "decision_rule", "metadata") == (
        "rejected",
        "Grace",
        LATER,
        "the customer called",
        {"approved_by": "Ada"},
    )


def test_a_reason_has_an_end() -> None:
    execution = make_execution(make_project())
    with pytest.raises(ValidationError, match="at most 200"):
        reject(execution, make_owner(), "x" * 201)
    assert stored(execution, "status") == ("pending",)


@pytest.mark.parametrize("by_staff", [True, False])
def test_taking_a_call_back_is_no_decision(by_staff: bool) -> None:
    execution = make_execution(make_project(), metadata={"kept": 1})
    cancel(execution, make_owner(name="Ada") if by_staff else None)
    who = {"cancelled_by": "Ada"} if by_staff else {}
    assert stored(execution, "status", "decided_by", "decided_at", "metadata") == (
        "cancelled",
        "",
        None,
        {"kept": 1, **who},
    )


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told() -> None:
    execution = make_execution(make_project())
    hers, his = (ToolExecution.objects.get(pk=execution.pk) for _ in range(2))
    approve(hers, make_owner(name="Ada"), now=LATER)
    with pytest.raises(IllegalStepError) as late:
        reject(his, make_owner(name="Grace"), "too late")
    assert late.value.messages == ["Ada approved it already, on 18 Nov 2026 at 12:03 UTC."]
    assert stored(execution, "status", "decided_by", "decision_rule") == ("approved", "Ada", "")
    assert his.status == "approved"


def test_what_was_deleted_meanwhile_is_said() -> None:
    execution = make_execution(make_project())
    ToolExecution.objects.all().delete()
    with pytest.raises(IllegalStepError, match="deleted meanwhile"):
        approve(execution, make_owner())


def test_an_account_that_goes_leaves_its_decisions() -> None:
    execution, user = make_execution(make_project()), make_owner(name="Ada")
    approve(execution, user)
    user.delete()
    assert stored(execution, "decided_by", "decided_by_user") == ("Ada", None)


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", False), ("analyst", False), ("operator", True), ("manager", True)]
)
@pytest.mark.parametrize("step", [approve, reject, cancel])
def test_operators_and_managers_of_the_project_decide(
    step: Callable[..., None], role: str, may: bool
) -> None:
    execution = make_execution(make_project())
    member, other = make_member(execution.project, role), make_member(make_project(), Membership.Role.MANAGER)
    with pytest.raises(PermissionDenied):
        step(execution, other)
    if may:
        step(execution, member)
    else:
        with pytest.raises(PermissionDenied):
            step(execution, member)
    assert (stored(execution, "status") != ("pending",)) == may


@pytest.mark.parametrize("role", [User.Role.AUDITOR, User.Role.FINANCE, User.Role.MEMBER])
def test_other_roles_of_the_installation_do_not(role: str, cast: Cast) -> None:
    execution = make_execution(cast.project)
    with pytest.raises(PermissionDenied):
        approve(execution, make_user(role=role))
