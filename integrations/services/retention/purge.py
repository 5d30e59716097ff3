"""Words, files and raw records that are kept no longer: taken away in small batches, beside other writers.

Every batch is a transaction of its own, and a pause lets others write. It may be killed, run again, and run
twice at once: a batch takes rows that still have what it takes away, and no others.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.audit.record import record
from accounts.models.audit import AuditAction
from chat.models import Conversation
from core.database import in_transaction
from integrations.services.retention.binned import conversation_steps, due_conversations, project_steps
from integrations.services.retention.steps import Step, retention_steps
from projects.models import Project

BATCH = 500
PAUSE_S = 0.03
_FIRST_BATCH = 50
_LEAST_BATCH = 50
_BATCH_S = 0.04
_REST = 2.0
"""A pause is at least so many times as long as the batch before it."""


@dataclass(frozen=True, slots=True)
class Purged:
    """`rows`: of each table, how many lost their words or went (in a dry run: would)."""

    project: Project
    rows: Counter[str] = field(default_factory=Counter)


def purge(
    *,
    projects: Iterable[Project] | None = None,
    batch_size: int = BATCH,
    pause_s: float = PAUSE_S,
    is_dry_run: bool = False,
    now: datetime | None = None,
    tell: Callable[[Project, str, int], None] = lambda project, table, number: None,
) -> list[Purged]:
    """Take away what is due in `projects` (None: in all); returns the projects in which something was.

    `tell` hears of every batch. What was done in a project is written to the audit log when it is finished.
    """
    moment = now or timezone.now()
    found = []
    for project in _concerned() if projects is None else projects:
        purged = Purged(project)
        before: list[Step] = []
        for step in _steps(project, moment):
            if is_dry_run:
                purged.rows[step.name] += step.count()
                continue
            if step.is_last and any(each.rows.exists() for each in before):
                # Another run holds some of them.
                continue
            if not step.is_last:
                before.append(step)
            for number in _batches(step, batch_size, pause_s):
                purged.rows[step.name] += number
                tell(project, step.name, number)
        for name in [name for name, number in purged.rows.items() if not number]:
            del purged.rows[name]
        if purged.rows:
            found.append(purged)
            if not is_dry_run:
                _record(purged)
    return found


def _concerned() -> list[Project]:
    """Projects in which something may be due, by name."""
    keeps_for_days = (
        Q(message_days__isnull=False) | Q(attachment_days__isnull=False) | Q(raw_days__isnull=False)
    )
    # The bin's own index tells; a join would ask every shard.
    binned = Conversation.objects.filter(deleted_at__isnull=False, removed_at__isnull=True)
    some = Q(pk__in=binned.values("project_id"))
    return list(Project.objects.filter(keeps_for_days | some | Q(deleted_at__isnull=False)).order_by("name"))


def _steps(project: Project, now: datetime) -> Iterator[Step]:
    before = now - timedelta(days=settings.BIN_DAYS)
    if project.purged_at is not None:
        return
    if project.deleted_at is not None and project.deleted_at < before:
        yield from project_steps(project, now)
        return
    yield from retention_steps(project, now)
    for conversation in due_conversations(project, before).only("project_id").order_by("deleted_at"):
        yield from conversation_steps(conversation, now)


def _batches(step: Step, size: int, pause_s: float) -> Iterator[int]:
    some = min(size, _FIRST_BATCH)
    while True:
        started = time.perf_counter()
        number = step.work(some)
        took = time.perf_counter() - started
        if number:
            yield number
        if number < some:
            return
        if pause_s:
            time.sleep(max(pause_s, took * _REST))
        some = _next_size(some, took, size)


def _next_size(some: int, took: float, most: int) -> int:
    """Of the next batch: whoever writes at the same time waits for one batch, no longer than `_BATCH_S`."""
    if took > _BATCH_S:
        return max(min(_LEAST_BATCH, most), some // 2)
    return min(most, some * 2) if took < _BATCH_S / 3 else some


def _record(purged: Purged) -> None:
    in_transaction(lambda: record(AuditAction.PURGED, purged.project, detail={"rows": dict(purged.rows)}))
