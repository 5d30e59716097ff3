"""Jobs are cancelled while they are not done, and cleared off the list when they are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import User
from accounts.models.audit import AuditAction
from core.database import in_transaction
from core.permissions import Action, may, require
from core.transitions import IllegalStepError
from projects.models import BackgroundJob, Project
from projects.models.work_status import WORK_STEPS
from projects.services.changes import change_and_record

Status = BackgroundJob.Status
NAME_LENGTH = 200
_UNFINISHED = [status for status in Status.values if WORK_STEPS.allows(status, Status.CANCELLED)]
_IS_CLEARABLE = Q(status__in=sorted(WORK_STEPS.final), cleared_at__isnull=True)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many jobs were cleared, are not done, and are in projects that the person does not operate."""

    cleared: int
    not_done: int
    refused: int


def cancel_job(job: BackgroundJob, by: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied for those who do not operate its project, IllegalStepError when it is done."""
    require(by, Action.RUN_JOBS, job.project_id)
    moment = now or timezone.now()
    is_cancelled = change_and_record(
        job,
        Q(status__in=_UNFINISHED),
        AuditAction.CHANGED,
        by,
        now=moment,
        status=Status.CANCELLED,
        finished_at=moment,
        cancelled_by=str(by)[:NAME_LENGTH],
    )
    if not is_cancelled:
        who = f" by {job.cancelled_by}" if job.cancelled_by else ""
        raise IllegalStepError(
            f"It is “{job.get_status_display().lower()}” already{who}.", code="illegal_step"
        )


def clear_jobs(jobs: QuerySet[BackgroundJob], by: User, *, now: datetime | None = None) -> Cleared:
    """Take those that are done off the list; what was cleared before keeps its time."""
    moment = now or timezone.now()
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for project_id, pk in jobs.filter(_IS_CLEARABLE).order_by().values_list("project_id", "pk"):
        found[project_id].append(pk)
    cleared = refused = 0
    for project_id, ids in sorted(found.items()):
        if not may(by, Action.RUN_JOBS, project_id):
            refused += len(ids)
            continue
        project = Project.objects.get(pk=project_id)
        for start in range(0, len(ids), _BATCH):
            rows = BackgroundJob.objects.filter(project_id=project_id, pk__in=ids[start : start + _BATCH])
            cleared += _clear(project, rows, by, moment)
    return Cleared(cleared, jobs.filter(status__in=_UNFINISHED).count(), refused)


def clear_done_jobs(project: Project, by: User, *, now: datetime | None = None) -> int:
    """All of the project that are done; returns how many that were.

    Raises PermissionDenied for those who do not operate it.
    """
    require(by, Action.RUN_JOBS, project.pk)
    rows = BackgroundJob.objects.filter(project_id=project.pk)
    return _clear(project, rows, by, now or timezone.now())


def _clear(project: Project, rows: QuerySet[BackgroundJob], by: User, moment: datetime) -> int:
    """Those of `rows` that are done; one entry of the audit log tells how many, not which."""

    def work() -> int:
        cleared = rows.filter(_IS_CLEARABLE).update(cleared_at=moment, updated_at=moment)
        if cleared:
            detail = {"cleared": cleared}
            label, model = "Jobs that are done", BackgroundJob._meta.label_lower
            record(AuditAction.CHANGED, label=label, model=model, project=project, detail=detail, by=by)
        return cleared

    return in_transaction(work)
