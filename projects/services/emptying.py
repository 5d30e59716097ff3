"""Taking words out of rows that stay, and rows out of tables, some at a time.

A batch is one short transaction of one project's rows. Two that run at once pass over each other's rows on
PostgreSQL, and take turns on SQLite; what was done stays done when one is killed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from core.database import in_transaction


@dataclass(frozen=True, slots=True)
class WordTable:
    """A table with `purged_at`: `time` says how old a row is, `emptied` what its words become."""

    model: type[models.Model]
    time: str
    emptied: Mapping[str, Any]
    waiting: models.Q | None = None
    """Rows that somebody still works with: they keep their words meanwhile."""
    before: Callable[["models.QuerySet[Any]", datetime], object] | None = field(default=None)
    """What is done with rows of a batch before their words go."""

    @property
    def name(self) -> str:
        return self.model._meta.label_lower

    def rows(self, project_id: Any, **narrowing: Any) -> "models.QuerySet[Any]":
        """Those of the project that have their words yet, and nobody works with."""
        rows = self.model._base_manager.filter(project_id=project_id, purged_at__isnull=True, **narrowing)
        return rows if self.waiting is None else rows.exclude(self.waiting)


def empty_some(
    table: WordTable, rows: "models.QuerySet[Any]", size: int, *, now: datetime | None = None, **also: Any
) -> int:
    """Empty the oldest `size` of `rows` (as `table.rows` gives them); returns how many. `also` is set."""
    moment = now or timezone.now()

    def work() -> int:
        # By time alone: the index of unpurged rows has this order, and no purged row to pass over.
        ids = _held(rows.order_by(table.time), size)
        if not ids:
            return 0
        chosen = rows.order_by().filter(pk__in=ids)
        if table.before is not None:
            table.before(chosen, moment)
        return chosen.update(**table.emptied, **also, purged_at=moment)

    return in_transaction(work)


def remove_some(rows: "models.QuerySet[Any]", size: int) -> int:
    """Delete `size` of one project's rows with what depends on them; returns how many of `rows` went."""

    def work() -> int:
        ids = _held(rows.order_by("pk"), size)
        if ids:
            rows.order_by().filter(pk__in=ids).delete()
        return len(ids)

    return in_transaction(work)


def _held(rows: "models.QuerySet[Any]", size: int) -> list[Any]:
    return list(rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:size])
