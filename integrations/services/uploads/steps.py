"""What people do with uploads. Each step names the status that it starts from: of two at once, one wins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db.models import Q
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import User
from accounts.models.audit import AuditAction
from core.database import in_transaction
from integrations.models import ImportUpload
from integrations.services.import_kinds import ImportKind
from integrations.services.runs import STALE_AFTER
from integrations.services.uploads.store import discard, store
from integrations.services.uploads.tasks import enqueue_work, plan_clearing
from integrations.services.uploads.working import settle_runs, throw_away
from projects.models import Project

_Status = ImportUpload.Status
_WORKING = (_Status.PREVIEWING, _Status.IMPORTING)
_WAITING = (_Status.UPLOADED, _Status.PREVIEWED, _Status.QUEUED, _Status.FAILED)


def receive(
    *,
    kind: ImportKind,
    files: Sequence[tuple[TemporaryUploadedFile, bytes]],
    project: Project | None,
    source_name: str,
    user: User,
) -> ImportUpload:
    """Keep received files, each with its SHA-256, and have them looked at in the background."""
    stored = store(files)
    first = "".join(filter(str.isprintable, files[0][0].name or "")) or "file"
    more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""

    def work() -> ImportUpload:
        upload = ImportUpload.objects.create(
            format=kind.kind,
            project=project,
            source_name=source_name,
            created_by=user,
            file_name=first[: 255 - len(more)] + more,
            stored_name=stored.folder,
            size=stored.size,
            sha256=stored.sha256,
        )
        enqueue_work(upload.pk, upload.status)
        plan_clearing()
        told = {"format": kind.kind, "file": upload.file_name, "bytes": stored.size}
        record(AuditAction.ADDED, upload, detail=told, by=user)
        return upload

    try:
        return in_transaction(work)
    except BaseException:
        discard(stored.folder)
        raise


def start_import(upload: ImportUpload) -> bool:
    """Import what was previewed."""
    return _step(upload, Q(status=_Status.PREVIEWED), _Status.QUEUED, AuditAction.IMPORTED)


def retry(upload: ImportUpload) -> bool:
    """Run the kept files again: only what was not booked can be new. What never had a preview gets one."""
    status = _Status.QUEUED if "counts" in upload.preview else _Status.UPLOADED
    ended = Q(status__in=(_Status.COMPLETED, _Status.FAILED))
    return _step(upload, ended, status, AuditAction.IMPORTED)


def restart(upload: ImportUpload) -> bool:
    """Start again what a killed worker left."""
    settle_runs(upload)
    is_stale = Q(updated_at__lt=stale_before())
    importing, previewing = (Q(status=each) & is_stale for each in (_Status.IMPORTING, _Status.PREVIEWING))
    return _step(upload, importing, _Status.QUEUED, AuditAction.IMPORTED) or _step(
        upload, previewing, _Status.UPLOADED, AuditAction.CHANGED
    )


def cancel(upload: ImportUpload) -> bool:
    """Give an upload up and delete its files. What a running import has booked stays.

    A worker that is at it notices within a second or so, and then deletes the files itself.
    """
    is_left = Q(status__in=_WAITING) | Q(status__in=_WORKING, updated_at__lt=stale_before())
    if _step(upload, is_left, _Status.CANCELLED, AuditAction.CLOSED):
        throw_away(upload)
        return True
    return _step(upload, Q(status__in=_WORKING), _Status.CANCELLED, AuditAction.CLOSED)


def stale_before() -> datetime:
    """A worker that has not been heard of since then was killed."""
    return timezone.now() - STALE_AFTER


def _step(upload: ImportUpload, allowed: Q, status: str, action: AuditAction) -> bool:
    columns: dict[str, Any] = {"status": status, "updated_at": timezone.now(), "error": "", "result": {}}

    def work() -> bool:
        if not ImportUpload.objects.filter(allowed, pk=upload.pk).update(**columns):
            return False
        enqueue_work(upload.pk, status)
        record(action, upload, before={"status": upload.status}, after={"status": status})
        return True

    return in_transaction(work)
