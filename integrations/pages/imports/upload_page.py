"""One upload: what an import would do, how far it is, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from integrations.models import ImportUpload
from integrations.pages.imports.access import may_handle, may_read_records
from integrations.pages.imports.kinds import is_of_installation, kind_label
from integrations.pages.imports.rejected import Rejected, rejected_rows
from integrations.pages.imports.states import State, state_of
from integrations.services.import_kinds import IMPORT_KINDS, KindGroup
from integrations.services.uploads.clearing import KEPT_FOR

_SHOWN = 50
_Status = ImportUpload.Status


@dataclass(frozen=True, slots=True)
class Contents:
    """What the file says; None of it where the kind of file holds no calls."""

    first: datetime | None
    last: datetime | None
    groups: tuple[Mapping[str, Any], ...]
    other: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class UploadPage:
    """`counts` of the import when it is done, else of the preview, else None.

    `rejected`: the first of them, empty for those who may not read them.
    """

    upload: ImportUpload
    kind: str
    is_of_installation: bool
    state: State
    counts: Mapping[str, int] | None
    is_done: bool
    contents: Contents | None
    ignored: tuple[tuple[str, int], ...]
    notices: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    may_handle: bool
    may_read: bool
    is_kept: bool
    kept_until: datetime
    finished_at: datetime | None
    percent: int | None
    calls_url: str
    run_url: str
    again_url: str


def upload_page(upload: ImportUpload, user: User) -> UploadPage:
    """Of an upload that is visible to `user`, with its project, maker and run (and its source)."""
    is_done = upload.status == _Status.COMPLETED
    summary = upload.result if is_done else upload.preview
    counts = summary.get("counts")
    may_read = may_read_records(user, upload.project_id)
    return UploadPage(
        upload=upload,
        kind=kind_label(upload.format),
        is_of_installation=is_of_installation(upload.format),
        state=state_of(upload, timezone.now()),
        counts=counts,
        is_done=is_done,
        contents=_contents(upload.preview.get("contents")),
        ignored=tuple(sorted(summary.get("ignored", {}).items())),
        notices=tuple(summary.get("notices", ())) if may_read else (),
        rejected=_rejected(upload, user, summary) if may_read and counts else (),
        may_handle=may_handle(user, upload),
        may_read=may_read,
        is_kept=bool(upload.stored_name),
        kept_until=upload.updated_at + KEPT_FOR,
        finished_at=parse_datetime(summary.get("finished_at", "")),
        percent=_percent(upload),
        calls_url=_calls_url(upload) if is_done else "",
        run_url=_run_url(upload),
        again_url=_again_url(upload),
    )


def _rejected(upload: ImportUpload, user: User, summary: Mapping[str, Any]) -> tuple[Rejected, ...]:
    if upload.status == _Status.COMPLETED:
        return tuple(rejected_rows(upload, user)[:_SHOWN])
    listed = summary.get("rejections", ())[:_SHOWN]
    return tuple(Rejected(entry["record"], entry["reason"], "") for entry in listed)


def _contents(said: Mapping[str, Any] | None) -> Contents | None:
    if not said or not said["groups"]:
        return None
    return Contents(
        first=parse_datetime(said["first"] or ""),
        last=parse_datetime(said["last"] or ""),
        groups=tuple(said["groups"]),
        other=said["other"],
    )


def _percent(upload: ImportUpload) -> int | None:
    """Of the bytes; None before the first are read."""
    if upload.status not in (_Status.PREVIEWING, _Status.IMPORTING) or not upload.total_bytes:
        return None
    return min(100, upload.done_bytes * 100 // upload.total_bytes)


def _calls_url(upload: ImportUpload) -> str:
    """The calls of its source, in the days that the file speaks of."""
    kind, contents = IMPORT_KINDS.get(upload.format), _contents(upload.preview.get("contents"))
    if kind is None or kind.group != KindGroup.USAGE or contents is None or not contents.first:
        return ""
    query: dict[str, object] = {"source": upload.source_name or upload.format}
    if upload.project_id:
        query["project"] = upload.project_id
    if contents.last:
        query |= {"from": contents.first.date(), "to": contents.last.date()}
    return f"{reverse('billing:calls')}?{urlencode(query)}"


def _run_url(upload: ImportUpload) -> str:
    return reverse("admin:integrations_importrun_change", args=[upload.run_id]) if upload.run_id else ""


def _again_url(upload: ImportUpload) -> str:
    query: dict[str, object] = {"kind": upload.format, "source_name": upload.source_name}
    if upload.project_id:
        query["project"] = upload.project_id
    return f"{reverse('integrations:new_import')}?{urlencode(query)}"
