"""The list of uploads, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from chat.pages.choices import read_uuid
from core.keyset import read_cursor, read_slice
from integrations.models import ImportUpload
from integrations.pages.imports.access import may_import
from integrations.pages.imports.kinds import is_of_installation, kind_label
from integrations.pages.imports.states import State, state_of

SIZE = 25


@dataclass(frozen=True, slots=True)
class Line:
    """`counts` of the import, else of its preview (`is_preview`), else None."""

    upload: ImportUpload
    kind: str
    is_of_installation: bool
    state: State
    counts: Mapping[str, int] | None
    is_preview: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    lines: tuple[Line, ...]
    may_import: bool
    project_id: UUID | None
    newer_url: str
    older_url: str


def list_page(query: QueryDict, user: User) -> ListPage:
    """Parameters: `project`, `before`, `after`."""
    project_id = read_uuid(query.get("project", ""))
    uploads: QuerySet[Any] = ImportUpload.objects.visible_to(user).select_related("project", "created_by")
    if project_id is not None:
        uploads = uploads.filter(project_id=project_id)
    part = read_slice(
        uploads,
        "created_at",
        size=SIZE,
        before=read_cursor(query.get("before", "")),
        after=read_cursor(query.get("after", "")),
    )
    now = timezone.now()
    kept = {"project": str(project_id)} if project_id else {}
    return ListPage(
        lines=tuple(_line(upload, state_of(upload, now)) for upload in part.rows),
        may_import=may_import(user),
        project_id=project_id,
        newer_url=f"?{urlencode({**kept, 'after': part.newer})}" if part.newer else "",
        older_url=f"?{urlencode({**kept, 'before': part.older})}" if part.older else "",
    )


def _line(upload: ImportUpload, state: State) -> Line:
    done, planned = upload.result.get("counts"), upload.preview.get("counts")
    return Line(
        upload=upload,
        kind=kind_label(upload.format),
        is_of_installation=is_of_installation(upload.format),
        state=state,
        counts=done or planned,
        is_preview=not done,
    )
