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
    """Counts by what became of what was asked for since yesterday, and the latest decisions on it."""

    by_rule: int
    by_person: int
    rejected: int
    cancelled: int
    latest: tuple[Decided, ...]


def summary_of(rows: "QuerySet[Any]", user: User, now: datetime) -> Summary:
    """Of `rows`, which `user` sees; bounded by when calls were asked for, which an index answers."""
    recent = rows.filter(requested_at__gt=now - timedelta(hours=24)).order_by()
    by_policy = Q(decided_by__startswith=POLICY_PREFIX, decided_by_user__isnull=True)
    is_refused = Q(status=_Status.REJECTED)
    is_approved = Q(decided_at__isnull=False) & ~is_refused
    counts = recent.aggregate(
        by_rule=Count("id", filter=is_approved & by_policy),
        by_person=Count("id", filter=is_approved & ~by_policy),
        rejected=Count("id", filter=is_refused),
        cancelled=Count("id", filter=Q(status=_Status.CANCELLED)),
    )
    decided = recent.filter(decided_at__isnull=False).exclude(by_policy).order_by("-decided_at", "-id")
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
        latest=tuple(
            Decided(
                execution,
                execution.status != _Status.REJECTED,
                execution.decision_rule if execution.pk in readable else "",
            )
            for execution in latest
        ),
    )
