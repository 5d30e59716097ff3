"""What agent runs used themselves: a run's own count contains that of the runs it delegated."""

from uuid import UUID

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Greatest

from chat.models import AgentRun

_SIDES = ("input_tokens", "output_tokens")


def recompute_net_tokens(*, project_id: UUID) -> int:
    """Set the net tokens of a project's runs; returns how many runs changed.

    Net is max(0, own - the sum of the direct children's own), a side by itself, and null where own is
    unknown. Children whose count is unknown, or negative by mistake, take nothing away.
    """
    runs = AgentRun.objects.filter(project_id=project_id)
    return sum(_recompute(runs, project_id, side) for side in _SIDES)


def _recompute(runs: QuerySet[AgentRun], project_id: UUID, side: str) -> int:
    children = (
        AgentRun.objects.filter(project_id=project_id, parent_id=OuterRef("pk"), **{f"{side}__gt": 0})
        .order_by()
        .values("parent_id")
        .annotate(used=Cast(Sum(side), BigIntegerField()))
        .values("used")
    )
    delegated = Coalesce(Subquery(children), Value(0), output_field=BigIntegerField())
    runs.filter(**{f"{side}__isnull": True}).exclude(**{f"net_{side}": None}).update(**{f"net_{side}": None})
    known = runs.filter(**{f"{side}__isnull": False}).annotate(
        wanted=Greatest(F(side) - delegated, Value(0), output_field=BigIntegerField()),
        present=Coalesce(F(f"net_{side}"), Value(-1), output_field=BigIntegerField()),
    )
    return known.exclude(present=F("wanted")).update(**{f"net_{side}": F("wanted")})
