"""What agent runs used themselves: a run's own count contains that of the runs it delegated."""

from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest

from chat.models import AgentRun

_SIDES = ("input_tokens", "output_tokens")


def recompute_net_tokens(*, project_id: UUID) -> int:
    """Set the net tokens of a project's runs, in one statement; returns how many runs changed.

    Net is max(0, own - the sum of the direct children's own), a side by itself, and null where own is
    unknown. Children whose count is unknown, or negative by mistake, take nothing away.
    """
    runs = AgentRun.objects.filter(project_id=project_id).annotate(
        **{f"wanted_{side}": _net(project_id, side) for side in _SIDES}
    )
    is_right = Q()
    for side in _SIDES:
        runs = runs.alias(
            **{f"present_{side}": _known(f"net_{side}"), f"right_{side}": _known(f"wanted_{side}")}
        )
        is_right &= Q(**{f"present_{side}": F(f"right_{side}")})
    changed: int = runs.exclude(is_right).update(**{f"net_{side}": F(f"wanted_{side}") for side in _SIDES})
    return changed


def _net(project_id: UUID, side: str) -> Case:
    children: Any = (
        AgentRun.objects.filter(project_id=project_id, parent_id=OuterRef("pk"), **{f"{side}__gt": 0})
        .order_by()
        .values("parent_id")
        .annotate(used=Cast(Sum(side), BigIntegerField()))
        .values("used")
    )
    delegated = Coalesce(Subquery(children), Value(0), output_field=BigIntegerField())
    net = Greatest(F(side) - delegated, Value(0), output_field=BigIntegerField())
    # GREATEST passes nulls over on PostgreSQL, and takes them on SQLite.
    return Case(When(**{f"{side}__isnull": False}, then=net), output_field=BigIntegerField())


def _known(column: str) -> Coalesce:
    """Null as -1, which no count is, so that two unknown ones are equal."""
    return Coalesce(column, Value(-1), output_field=BigIntegerField())
