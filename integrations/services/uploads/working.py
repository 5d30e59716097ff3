"""The work on an upload: reading it for a preview, and importing it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Replace
from django.utils import timezone

from accounts.audit.origin import Origin, acting
from accounts.audit.record import record
from accounts.models.audit import AuditAction, AuditVia
from core.database import in_transaction
from integrations.models import ImportRun, ImportUpload, RejectedRecord
from integrations.services.import_kinds import IMPORT_KINDS, REFUSALS, ImportOrder
from integrations.services.results import ImportResult
from integrations.services.uploads.claims import Claim, ClaimLostError
from integrations.services.uploads.contents import Contents
from integrations.services.uploads.store import discard, files_of, folder_of

KEPT_REJECTIONS = 100
"""Rejections that a preview lists; an import keeps all of them."""

_TAKEN = "It was cancelled, or started again."
_GONE = "The uploaded files are no longer kept: upload them again."
_FAILED = "It stopped at a fault of ours ({}). The server’s log tells more; nothing is half booked."
_Status = ImportUpload.Status


def preview(upload_id: UUID) -> None:
    """Find out what an import would do, and change nothing. Another worker's upload is left to it."""
    claim = Claim(upload_id, _Status.PREVIEWING)
    if not claim.take(_Status.UPLOADED):
        return
    upload = _upload(upload_id)
    contents = Contents()

    def work() -> None:
        order = replace(_order(upload, claim), dry_run=True, watch=contents.add)
        summary = _summary(upload, IMPORT_KINDS[upload.format].run(order))
        claim.release(_Status.PREVIEWED, preview={**summary, "contents": contents.as_json()}, result={})

    _guarded(work, claim, upload, back_to=_Status.UPLOADED)


def run_import(upload_id: UUID) -> None:
    """Import it. What an earlier run booked is found unchanged. Another worker's upload is left to it."""
    claim = Claim(upload_id, _Status.IMPORTING)
    if not claim.take(_Status.QUEUED):
        return
    upload = _upload(upload_id)

    def work() -> None:
        result = IMPORT_KINDS[upload.format].run(_order(upload, claim))
        settle_runs(upload)
        summary = {**_summary(upload, result), "finished_at": timezone.now().isoformat()}

        def end() -> None:
            claim.release(_Status.COMPLETED, result=summary, run_id=result.run_id)
            told = {"format": upload.format, **summary["counts"]}
            record(AuditAction.IMPORTED, upload, detail=told, origin=_on_behalf(upload))

        in_transaction(end)

    with acting(_on_behalf(upload)):
        _guarded(work, claim, upload, back_to=_Status.QUEUED)


def _on_behalf(upload: ImportUpload) -> Origin:
    """The worker acts for who uploaded."""
    return Origin(AuditVia.TASK, upload.created_by, label="background worker", agent="import of an upload")


def settle_runs(upload: ImportUpload, *, error: str = "") -> None:
    """Call the runs of an upload, and what they rejected, by the names that the person knows.

    While it works an import knows only where the files lie. With `error` its runs were broken off.
    """
    if not upload.stored_name:
        return

    def work() -> None:
        runs = ImportRun.objects.filter(label__contains=upload.stored_name)
        ids = list(runs.values_list("pk", flat=True))
        place = Replace("record", Value(f"{folder_of(upload)}/"), Value(""))
        RejectedRecord.objects.filter(run__in=ids).update(record=place)
        runs = ImportRun.objects.filter(pk__in=ids)
        if error:
            runs.filter(status=ImportRun.Status.FAILED).update(
                status=ImportRun.Status.INTERRUPTED, error=error
            )
        runs.update(label=upload.file_name)

    in_transaction(work)


def throw_away(upload: ImportUpload) -> None:
    """Delete the files of an upload on which nobody works."""
    settle_runs(upload)
    discard(upload.stored_name)
    ImportUpload.objects.filter(pk=upload.pk).update(stored_name="")


def _upload(upload_id: UUID) -> ImportUpload:
    upload: ImportUpload = ImportUpload.objects.select_related("project").get(pk=upload_id)
    return upload


def _order(upload: ImportUpload, claim: Claim) -> ImportOrder:
    return ImportOrder(
        paths=files_of(upload),
        project_name=upload.project.name if upload.project else None,
        source_name=upload.source_name or None,
        dry_run=False,
        progress=claim.beat,
    )


def _guarded(work: Callable[[], None], claim: Claim, upload: ImportUpload, *, back_to: str) -> None:
    """`work()`; a refusal is kept in words, a stop of the worker puts the upload back to `back_to`."""
    try:
        try:
            if not files_of(upload):
                claim.release(_Status.FAILED, error=_GONE, result={})
                return
            work()
        except ClaimLostError:
            raise
        except REFUSALS as error:
            settle_runs(upload)
            claim.release(_Status.FAILED, error=_named(upload, str(error))[:10_000], result={})
        except Exception as error:
            settle_runs(upload)
            claim.release(_Status.FAILED, error=_FAILED.format(type(error).__name__), result={})
            raise
        except BaseException:
            settle_runs(upload)
            claim.release(back_to, result={})
            raise
    except ClaimLostError:
        settle_runs(upload, error=_TAKEN)
        if ImportUpload.objects.filter(pk=upload.pk, status=_Status.CANCELLED).exists():
            throw_away(upload)


def _summary(upload: ImportUpload, result: ImportResult) -> dict[str, Any]:
    return {
        "counts": result.counts.as_dict(),
        "ignored": dict(result.ignored),
        "notices": [_named(upload, notice) for notice in result.notices[:KEPT_REJECTIONS]],
        "rejections": [
            {"record": _named(upload, entry.record), "reason": _named(upload, entry.reason)}
            for entry in result.rejections[:KEPT_REJECTIONS]
        ],
    }


def _named(upload: ImportUpload, text: str) -> str:
    """`text` without the folder in which the files lie."""
    return text.replace(f"{folder_of(upload)}/", "")
