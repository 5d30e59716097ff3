"""What happened to the tool calls of the last 24 hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from chat.approvals.steps import POLICY_PREFIX
from chat.models import ToolExecution

_NEWEST = 5
_Status = ToolExecution.Status


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision; `reason` only for readers of words."""

    execution: ToolExecution
    is_approved: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How many were decided since yesterday and how, how many of its calls were cancelled, the latest."""

    by_rule: int
    by_person: int
    rejected: int
    cancelled: int
    latest: tuple[Decided, ...]


def summary_of(rows: "QuerySet[Any]", user: User, now: datetime) -> Summary:
    """Of `rows`, which `user` sees; an index answers each of the three questions."""
    yesterday = now - timedelta(hours=24)
    recent = rows.filter(decided_at__gt=yesterday).order_by()
    by_policy = Q(decided_by__startswith=POLICY_PREFIX, decided_by_user__isnull=True)
    is_refused = Q(status=_Status.REJECTED)
    counts = recent.aggregate(
        by_rule=Count("id", filter=~is_refused & by_policy),
        by_person=Count("id", filter=~is_refused & ~by_policy),
        rejected=Count("id", filter=is_refused),
    )
    cancelled = rows.filter(status=_Status.CANCELLED, requested_at__gt=yesterday).order_by().count()
    decided = recent.exclude(by_policy).order_by("-decided_at", "-id")
    latest = list(
        decided.only("project_id", "tool_name", "status", "decided_by", "decided_at", "decision_rule")[
            :_NEWEST
        ]
    )
    readable = set(
        ToolExecution.objects.readable_by(user)
        .filter(
            project_id__in={execution.project_id for execution in latest},
            pk__in=[execution.pk for execution in latest],
        )
        .values_list("pk", flat=True)
    )
    return Summary(
        **counts,
        cancelled=cancelled,
        latest=tuple(
            Decided(
                execution,
                execution.status != _Status.REJECTED,
                execution.decision_rule if execution.pk in readable else "",
            )
            for execution in latest
        ),
    )
