"""What the background worker does for uploads (`manage.py db_worker`)."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from integrations.models import ImportUpload
from integrations.services.uploads import clearing, working

_CLEAR_EVERY = timedelta(days=1)


@task()
def preview_upload(upload_id: str) -> None:
    try:
        working.preview(UUID(upload_id))
    finally:
        _go_on(upload_id)


@task()
def import_upload(upload_id: str) -> None:
    try:
        working.run_import(UUID(upload_id))
    finally:
        _go_on(upload_id)


@task()
def clear_uploads() -> None:
    """Delete what is kept no longer, and come back tomorrow while there is something left."""
    if clearing.clear_uploads():
        clear_uploads.using(run_after=timezone.now() + _CLEAR_EVERY).enqueue()


def enqueue_work(upload_id: UUID, status: str) -> None:
    """Queue what an upload of this status waits for; in the transaction that gave it the status."""
    if status == ImportUpload.Status.UPLOADED:
        preview_upload.enqueue(str(upload_id))
    elif status == ImportUpload.Status.QUEUED:
        import_upload.enqueue(str(upload_id))


def plan_clearing() -> None:
    """See to it that a clearing is on its way."""
    waiting = DBTaskResult.objects.filter(task_path=clear_uploads.module_path, status=TaskResultStatus.READY)
    if not waiting.exists():
        clear_uploads.using(run_after=timezone.now() + _CLEAR_EVERY).enqueue()


def _go_on(upload_id: str) -> None:
    """A worker that was stopped put the upload back: the next worker takes it up."""
    status = ImportUpload.objects.filter(pk=upload_id).values_list("status", flat=True).first()
    if status is not None:
        enqueue_work(UUID(upload_id), status)
