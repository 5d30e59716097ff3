"""Deleting what is kept no longer: files of old uploads, leftovers of broken ones, results of old tasks."""

import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from integrations.models import ImportUpload
from integrations.services.uploads.store import discard, incoming_files, stored_folders
from integrations.services.uploads.working import throw_away

KEPT_FOR = timedelta(days=30)
_LEFT_OVER_AFTER = timedelta(days=1)
_Status = ImportUpload.Status
_WORKED_ON = (_Status.PREVIEWING, _Status.QUEUED, _Status.IMPORTING)


def clear_uploads() -> bool:
    """Whether files remain that a later clearing will have to look at.

    Files go 30 days after the last step of their upload. One that nobody imported is then cancelled.
    """
    now = timezone.now()
    kept = ImportUpload.objects.exclude(stored_name="")
    for upload in kept.filter(status=_Status.CANCELLED, updated_at__lt=now - _LEFT_OVER_AFTER):
        throw_away(upload)
    for upload in kept.filter(updated_at__lt=now - KEPT_FOR).exclude(status__in=_WORKED_ON):
        is_open = upload.status in (_Status.UPLOADED, _Status.PREVIEWED)
        status = _Status.CANCELLED if is_open else upload.status
        same = ImportUpload.objects.filter(pk=upload.pk, status=upload.status)
        if same.update(status=status):
            throw_away(upload)
    _clear_leftovers()
    DBTaskResult.objects.finished().filter(finished_at__lt=now - KEPT_FOR).delete()
    return kept.exists()


def _clear_leftovers() -> None:
    """Bytes of uploads that broke off, and folders that no upload names."""
    oldest = time.time() - _LEFT_OVER_AFTER.total_seconds()
    for file in incoming_files():
        if _changed_before(file, oldest):
            file.unlink(missing_ok=True)
    known = set(ImportUpload.objects.exclude(stored_name="").values_list("stored_name", flat=True))
    for folder in stored_folders():
        if folder.name not in known and _changed_before(folder, oldest):
            discard(folder.name)


def _changed_before(path: Path, moment: float) -> bool:
    with suppress(OSError):
        return path.stat().st_mtime < moment
    return False
