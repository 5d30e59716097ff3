"""The one place where ledger rows go: demo projects, with everything that counts them."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from billing.ledger.rebuild import rebuild_rollups
from billing.ledger.sums import rung_model
from billing.models import RollupZone, TokenUsage
from billing.rollups import LADDER
from core.database import in_transaction
from projects.models import Project


class NotDemoError(ValueError):
    """Raised for a project that holds real spend."""


def erase_demo_usage(projects: Sequence[Project]) -> int:
    """Delete the ledger rows and sums of demo projects; returns the number of calls that went.

    Raises NotDemoError, and touches nothing, when one of them is not marked as a demo. Sums over all projects
    are made anew from what stays.
    """
    for project in projects:
        if not project.is_demo:
            raise NotDemoError(f"“{project}” is no demo project: its spend stays.")
    ids = [project.pk for project in projects]
    return in_transaction(lambda: _erase_and_rebuild(ids)) if ids else 0


def _erase_and_rebuild(project_ids: Sequence[UUID]) -> int:
    erased = _erase(project_ids)
    rebuild_rollups(zones=list(RollupZone.objects.values_list("zone", flat=True)))
    return erased


def _erase(project_ids: Sequence[UUID]) -> int:
    key = TokenUsage._meta.get_field("id")
    ids = [key.get_db_prep_value(project_id, connection) for project_id in project_ids]
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        for rung in LADDER:
            if "project_id" in rung.dimensions:
                cursor.execute(
                    f'DELETE FROM "{rung_model(rung)._meta.db_table}" WHERE project_id IN ({marks})', ids
                )
        cursor.execute(f'DELETE FROM "{TokenUsage._meta.db_table}" WHERE project_id IN ({marks})', ids)
        return int(cursor.rowcount)
