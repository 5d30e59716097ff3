"""Which table answers: the smallest rung of the ladder that can, else the ledger."""

from collections.abc import Iterable

from django.conf import settings

from billing.models import RollupZone
from billing.reports.query import Dimension
from billing.rollups import LADDER, Rung

RUNG_COLUMNS = {
    Dimension.PROJECT: "project_id",
    Dimension.PROVIDER: "provider",
    Dimension.MODEL: "model",
    Dimension.REQUEST_TYPE: "request_type",
    Dimension.ENVIRONMENT: "environment",
    Dimension.PERSON: "person_key",
}
"""The dimensions that rungs keep; agent, conversation, tag, source and status stand in the ledger alone."""


def is_kept(zone: str) -> bool:
    """Whether the rollups hold the zone's whole history."""
    if zone not in settings.REPORTING_TIME_ZONES:
        return False
    return RollupZone.objects.filter(zone=zone, built_at__isnull=False).exists()


def smallest_rung(dimensions: Iterable[Dimension], *, needs_project: bool) -> Rung | None:
    """The first rung with all `dimensions`, and the project for readers who do not see all; else None."""
    needed = set()
    for dimension in dimensions:
        if dimension not in RUNG_COLUMNS:
            return None
        needed.add(RUNG_COLUMNS[dimension])
    if needs_project:
        needed.add("project_id")
    return next((rung for rung in LADDER if needed <= set(rung.dimensions)), None)
