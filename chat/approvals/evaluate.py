"""What a person's policy says of one of their tool calls, now."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from chat.approvals.rules import Call, Verdict, verdict
from chat.models import AutoApprovalPolicy, Tool, ToolExecution

_HOUR = timedelta(minutes=60)
_Status = ToolExecution.Status
_RUN = (_Status.APPROVED, _Status.EXECUTING, _Status.COMPLETED, _Status.FAILED)


def evaluate(execution: ToolExecution, policy: AutoApprovalPolicy, now: datetime) -> Verdict:
    """The verdict on a waiting execution. To rely on the hourly limit, the caller holds the policy's row."""
    return verdict(
        policy,
        Call(
            tool_name=execution.tool_name,
            risk=risk_of(execution),
            cost=execution.cost,
            spent=_spent(policy, now) if policy.max_cost_per_hour is not None else None,
            is_new_tool=not _approved(policy).filter(tool_name=execution.tool_name).exists(),
        ),
    )


def risk_of(execution: ToolExecution) -> str:
    """The risk of its tool in its project: high where nobody said."""
    tools = Tool.objects.filter(project_id=execution.project_id, name=execution.tool_name)
    return str(tools.values_list("risk", flat=True).first() or Tool.Risk.HIGH)


def _approved(policy: AutoApprovalPolicy) -> "QuerySet[Any]":
    """The person's calls that were approved, by whomever, and not taken back."""
    return ToolExecution.objects.filter(
        person_id=policy.person_id, decided_at__isnull=False, status__in=_RUN
    ).order_by()


def _spent(policy: AutoApprovalPolicy, now: datetime) -> Decimal | None:
    """Dollars of what was approved since an hour before `now`; None when some of it is unknown.

    Also of what was decided after `now`: a call that waited for the policy's row comes after others that were
    asked for later.
    """
    recent = _approved(policy).filter(decided_at__gt=now - _HOUR)
    sums = recent.aggregate(dollars=Sum("cost"), unknown=Count("id", filter=Q(cost__isnull=True)))
    if sums["unknown"]:
        return None
    return sums["dollars"] if sums["dollars"] is not None else Decimal(0)
