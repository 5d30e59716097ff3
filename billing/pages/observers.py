"""Who told of a call: the reports behind one number, and which of them counts."""

from dataclasses import dataclass

from accounts.models import User
from billing.models import TokenUsage
from core.permissions import Action, may

_DECIDED = (
    TokenUsage.Superseded.SAME_CALL,
    TokenUsage.Superseded.ALIKE,
    TokenUsage.Superseded.WRAPPER,
)


@dataclass(frozen=True, slots=True)
class Observer:
    """One report. `why` says why another row counts in its place; empty where it counts itself."""

    report: TokenUsage
    name: str
    why: str
    is_here: bool
    may_count_apart: bool
    may_rejoin: bool


def observers_of(usage: TokenUsage, reader: User) -> list[Observer]:
    """The reports of the call of `usage`, the one that counts first. Empty when nobody but one told of it."""
    counting = usage.superseded_by or usage
    reports = list(
        TokenUsage.objects.reports()
        .filter(project_id=usage.project_id, superseded_by=counting)
        .order_by("superseded_as", "occurred_at", "pk")
    )
    if not counting.is_merged:
        reports.insert(0, counting)
    if len(reports) < 2 and not counting.counts_apart:
        return []
    may_change = may(reader, Action.DECIDE_OBSERVERS, usage.project_id)
    return [
        Observer(
            report=report,
            name=report.observer or report.source,
            why=report.get_superseded_as_display() if report.superseded_as else "",
            is_here=report.pk == usage.pk,
            may_count_apart=may_change and report.superseded_as in _DECIDED,
            may_rejoin=may_change and report.counts_apart,
        )
        for report in reports
    ]
