"""Uploaded files, and the contents that they share."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from chat.admin.of_conversation import OfConversationAdmin
from chat.models import FileContent, FileUpload
from chat.services.uploads import delete_uploads
from core.admin.columns import column, linked, related_object, short_text, text, time
from core.admin.links import Link, list_link, page_link
from core.admin.read_only import ReadOnlyModelAdmin
from core.markup import NOT_APPLICABLE
from core.templatetags import format as figures
from projects.admin.content import ProjectContentAdmin
from projects.admin.counting import count_into, linked_count, pointing, summed
from projects.admin.filters import ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import CHANGED, CREATED, OF_ITS_SOURCE


def _size(row: Any) -> str:
    return NOT_APPLICABLE if row.size_bytes is None else filesizeformat(row.size_bytes)


def _sharing(upload: Any) -> str:
    """How many uploads have this content, itself included, as a link to them."""
    if not upload.sharing:
        return NOT_APPLICABLE
    link = list_link(figures.count(upload.sharing), "chat.fileupload", content=upload.content_id)
    return link.__html__()


_SIZE = column("size_count", _size, "size", plain=lambda row: row.size_bytes)
_HASH = column(
    "hash",
    lambda upload: related_object(upload, "content") or NOT_APPLICABLE,
    "content",
    plain=lambda upload: getattr(related_object(upload, "content"), "content_hash", None),
)
_FACTS = (_SIZE, text("mime_type", "MIME type"), text("stored_name"), text("storage_path", "kept at"))
_REMOVED = time("purged_at", "removed", seconds=True)
_PARTS: tuple[tuple[str | None, tuple[Any, ...]], ...] = (
    (None, ("project", "name", "conversation", "person")),
    ("Content", ("content", *_FACTS, _REMOVED)),
    ("Its source", OF_ITS_SOURCE),
)


@admin.register(FileUpload)
class FileUploadAdmin(OfConversationAdmin, NewestSearchAdmin, ProjectContentAdmin):
    """Files come with imports; managers delete them, and with the last upload of a content that too."""

    list_note = "Files that people uploaded, newest first. Equal contents of a project are kept once."
    list_display = (
        short_text("name"),
        _SIZE,
        text("mime_type", "MIME type"),
        _HASH,
        column("sharing_count", _sharing, "uploads of it", plain=lambda upload: upload.sharing),
        linked("conversation"),
        linked("person"),
        linked("project"),
        time("created_at", "uploaded", "created_at"),
    )
    list_links = ("person", "project")
    list_deferred = ("storage_path", "metadata")
    list_filter = (ProjectFilter,)
    ordering = ("-created_at", "-id")
    search_fields = ("name",)
    search_help_text = f"{search_help('a name')} of an upload, content, conversation or person"
    id_search_fields = ("pk", "content", "conversation", "person")
    fieldsets = tuple((title, {"fields": fields}) for title, fields in _PARTS)
    readonly_fields = tuple(name for _, fields in _PARTS for name in fields)

    add_action = None
    change_action = None

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        contents = self.visible(request, FileContent).only("content_hash")
        return super().list_rows(request, rows).prefetch_related(Prefetch("content", contents))

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        ids = {upload.content_id for upload in rows if upload.content_id}
        uploads = FileUpload.objects.filter(content_id__in=ids).order_by()
        totals = summed(uploads, "content_id", total=Count("pk"))
        for upload in rows:
            upload.sharing = totals.get(upload.content_id, {}).get("total")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_uploads(FileUpload.objects.filter(project_id=obj.project_id, pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        delete_uploads(queryset)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        links = []
        if obj.conversation_id:
            links.append(page_link("Transcript", "chat:transcript", obj.conversation_id))
        if obj.content_id:
            links.append(list_link("Uploads of this content", "chat.fileupload", content=obj.content_id))
        return links


@admin.register(FileContent)
class FileContentAdmin(ReadOnlyModelAdmin):
    """Contents come and go with their uploads."""

    list_note = "Contents of uploaded files, each once in its project."
    list_display = (
        text("content_hash", "hash"),
        _SIZE,
        text("mime_type", "MIME type"),
        linked_count("uploads_number", "uploads", "chat.fileupload", lambda content: {"content": content.pk}),
        linked("project"),
        time("created_at", "first uploaded", "created_at"),
    )
    list_links = ("project",)
    list_deferred = ("storage_path",)
    list_filter = (ProjectFilter,)
    ordering = ("-created_at", "-id")
    search_fields = ("content_hash",)
    search_help_text = "The start of a hash, or an id"
    fields = (
        "project",
        "content_hash",
        _SIZE,
        text("mime_type", "MIME type"),
        text("storage_path", "kept at"),
        CREATED,
        CHANGED,
    )
    readonly_fields = fields

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.filter(content_hash__startswith=term), False

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        count_into(rows, "uploads_number", pointing(FileContent, "uploads", rows), "content_id")

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (list_link("Uploads", "chat.fileupload", content=obj.pk),)
