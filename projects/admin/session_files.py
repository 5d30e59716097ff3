"""The files that a session includes and excludes: on its page, and in a list of their own."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from core.admin.columns import badges, linked, short_text, time
from core.admin.forms import WholeRowForm
from core.admin.inlines import ScopedInline
from core.admin.scoped import is_staff
from core.permissions import Action, may
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.admin.search import NewestSearchAdmin, search_help
from projects.admin.source_fields import CHANGED, CREATED
from projects.models import SessionFile, WorkSession

KINDS = {"included": "ok", "excluded": "warn"}
SHOWN = 50
NAMED_ALREADY = "The session names this file already."


class SessionFileForm(WholeRowForm):
    """Refuses a path that the session names already with a sentence, wherever it stands."""

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"project", "session", "kind"}

    def validate_unique(self) -> None:
        """Constraints too: a form inside another's page leaves out those that name the page's object."""
        super().validate_unique()
        try:
            self.instance.validate_constraints(exclude=set(self.errors))
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]


class _FirstFiles(BaseInlineFormSet):  # type: ignore[type-arg]
    """No more rows than a page has room for; new ones are of the inline's kind and the session's project."""

    kind: ClassVar[str]

    def get_queryset(self) -> QuerySet[Any]:
        if not hasattr(self, "_first"):
            self._first = super().get_queryset()[:SHOWN]
        return self._first

    def get_unique_error_message(self, unique_check: Sequence[str]) -> str:
        return NAMED_ALREADY

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        if form.instance._state.adding:
            form.instance.project_id = self.instance.project_id
            form.instance.kind = self.kind
        return form


class _IncludedFiles(_FirstFiles):
    kind = SessionFile.Kind.INCLUDED


class _ExcludedFiles(_FirstFiles):
    kind = SessionFile.Kind.EXCLUDED


class _FileInline(ScopedInline):
    """The session's managers add, rename and remove files."""

    model = SessionFile
    form = SessionFileForm
    fields = ("path",)
    verbose_name = "file"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(kind=self.formset.kind).order_by("id")  # type: ignore[attr-defined]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.CHANGE_CONTENT, obj.project_id)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.CHANGE_CONTENT, obj.project_id)

    has_delete_permission = has_change_permission


class IncludedFileInline(_FileInline):
    formset = _IncludedFiles
    verbose_name_plural = f"included files (the first {SHOWN})"


class ExcludedFileInline(_FileInline):
    formset = _ExcludedFiles
    verbose_name_plural = f"excluded files (the first {SHOWN})"


@admin.register(SessionFile)
class SessionFileAdmin(NewestSearchAdmin, ProjectContentAdmin):
    """All of them; new ones are added on their session's page."""

    list_note = "Files that sessions include and exclude."
    list_display = (
        short_text("path"),
        badges("kind", KINDS),
        linked("session"),
        linked("project"),
        time("created_at", "since", "created_at"),
    )
    list_links = ("project",)
    list_filter = (ProjectFilter, "kind")
    ordering = ("-created_at", "-id")
    search_fields = ("path",)
    search_help_text = search_help("a path")
    id_search_fields = ("pk", "session")
    fields = ("project", "session", "kind", "path", CREATED, CHANGED)
    readonly_fields = ("session", CREATED, CHANGED)

    add_action = None

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        named = self.visible(request, WorkSession).only("name")
        return super().list_rows(request, rows).prefetch_related(Prefetch("session", named))
