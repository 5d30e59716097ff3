"""Uploaded files: equal contents of a project are kept once, for as long as an upload has them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from chat.models import FileContent, FileUpload
from projects.models import Project


@transaction.atomic
def store_upload(
    project: Project,
    name: str,
    content_hash: str,
    size_bytes: int | None = None,
    *,
    mime_type: str = "",
    storage_path: str = "",
    **fields: Any,
) -> FileUpload:
    """An upload that shares its content with the project's others of the same hash.

    `fields` are other fields of FileUpload. Raises ValidationError when the hash is empty or known with
    another size, or when a field is wrong.
    """
    if not content_hash:
        raise ValidationError("A content has a hash.", code="required")
    if size_bytes is not None and size_bytes < 0:
        raise ValidationError("A size is not negative.", code="min_value")
    given = {"size_bytes": size_bytes, "mime_type": mime_type, "storage_path": storage_path}
    content = _shared_content(FileContent(project=project, content_hash=content_hash, **given))
    if None not in (size_bytes, content.size_bytes) and size_bytes != content.size_bytes:
        raise ValidationError(
            f"Content {content} has {content.size_bytes} bytes, not {size_bytes}.", code="other_size"
        )
    upload = FileUpload(project=project, content=content, name=name, **given, **fields)
    upload.full_clean()
    upload.save()
    return upload


@transaction.atomic
def delete_uploads(uploads: "QuerySet[FileUpload]") -> int:
    """Delete them, and contents that nobody shares any more; returns how many uploads were deleted."""
    contents = contents_of(uploads)
    number = uploads.count()
    uploads.delete()
    delete_unshared(contents)
    return number


def _shared_content(content: FileContent) -> FileContent:
    """The row of this hash, made or found, and locked by the upsert until the transaction ends.

    Somebody who deletes its last upload at this moment waits, or has deleted it before this looks.
    """
    FileContent.objects.bulk_create(
        [content],
        update_conflicts=True,
        unique_fields=["project", "content_hash"],
        update_fields=["updated_at"],
    )
    return FileContent.objects.get(project=content.project, content_hash=content.content_hash)


def contents_of(uploads: "QuerySet[FileUpload]") -> list[tuple[UUID, UUID]]:
    """Their contents: (project id, content id) of each, in an order that all who delete keep."""
    pairs = uploads.filter(content__isnull=False).order_by().values_list("project_id", "content_id")
    return sorted(set(pairs))


def delete_unshared(contents: Iterable[tuple[UUID, UUID]]) -> None:
    """Those of `contents` (project id, content id) that no upload has any more."""
    for project_id, pk in contents:
        content = FileContent.objects.filter(project_id=project_id, pk=pk)
        # Takes the row's lock, so that the next statement sees the upload that another process just made.
        content.update(updated_at=timezone.now())
        others = FileUpload.objects.filter(project_id=project_id, content_id=OuterRef("pk"))
        content.filter(~Exists(others)).delete()
