"""The base of every admin class: access is a queryset, permissions follow roles, lists stay quick."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets, SimpleListFilter, action, display
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, JSONField, Model, Prefetch, QuerySet, prefetch_related_objects
from django.forms import CheckboxInput, ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from core.admin.changelist import ScopedChangeList
from core.admin.columns import related_object
from core.admin.export import csv_response
from core.admin.filters import uuid_or_none
from core.admin.forms import WholeRowForm
from core.admin.json_field import BoundedJSONField
from core.admin.links import Link
from core.admin.paginator import CappedPaginator
from core.admin.recorded import RecordedModelAdmin
from core.admin.stock import StockModelForm
from core.admin.visible import visible_rows
from core.markup import NOT_APPLICABLE
from core.permissions import (
    Action,
    allowed_project_ids,
    may,
    may_everywhere,
    require,
    require_in_all,
)

_EXACT = frozenset({"", "exact", "isnull", "id", "id__exact", "pk", "pk__exact"})


def is_staff(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_staff


class ScopedModelAdmin(RecordedModelAdmin):
    """Shows what `Model.objects.visible_to(user)` returns: in lists, on pages, in choices and autocompletes.

    Any active staff may look. Who may add, change and delete is what core.permissions says of the three
    actions that a subclass names; without one, nobody. A foreign key whose object the reader may not see
    reads as empty and cannot be changed.
    """

    add_action: ClassVar[Action | None] = None
    change_action: ClassVar[Action | None] = None
    delete_action: ClassVar[Action | None] = None

    list_links: ClassVar[tuple[str, ...]] = ()
    """Foreign keys that the list's columns show: loaded once a page."""
    list_deferred: ClassVar[tuple[str, ...]] = ()
    """Large columns that the list does not show."""
    id_search_fields: ClassVar[tuple[str, ...]] = ("pk",)
    """What a searched UUID is compared with, in this order: ids, of which an index is kept."""
    list_note: ClassVar[str] = ""
    """A line under the list's title."""

    form: type[StockModelForm] = WholeRowForm
    formfield_overrides: ClassVar[Any] = {JSONField: {"form_class": BoundedJSONField}}
    empty_value_display = NOT_APPLICABLE
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    preserve_filters = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.add_action)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.change_action, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.delete_action, obj)

    def project_id_of(self, obj: Any) -> Any:
        """The project in which `obj` is changed; None: it belongs to none, or to all."""
        return getattr(obj, "project_id", None)

    def _may(self, request: HttpRequest, action: Action | None, obj: Any = None) -> bool:
        if action is None:
            return False
        if obj is None:
            return may(request.user, action)
        project_id = self.project_id_of(obj)
        # A role in one project says nothing of what stands outside of any.
        if project_id is None:
            return may_everywhere(request.user, action)
        return may(request.user, action, project_id)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        """Pages about `obj`, shown beside the title of its page."""
        return ()

    def visible(self, request: HttpRequest, model: Any = None) -> QuerySet[Any]:
        """Rows of `model`, or of the admin's own, that the reader may see."""
        return visible_rows(model or self.model, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.visible(request).order_by(*self.get_ordering(request))

    def list_annotations(self, request: HttpRequest) -> dict[str, Any]:
        """Expressions that the list's columns show, by the name under which rows carry them."""
        return {}

    def complete_rows(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Give the rows of one page of the list what their columns show beyond `list_annotations`.

        For sums over tables that grow: a query by the page's ids, where a subquery a row would be asked of
        every shard.
        """

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The list's rows with what its columns show."""
        loaded = rows.defer(*self.list_deferred).prefetch_related(*self._links(request, self.list_links))
        annotated: QuerySet[Any] = loaded.annotate(**self.list_annotations(request))
        return annotated

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        obj = super().get_object(request, object_id, from_field)
        if obj is not None:
            prefetch_related_objects([obj], *self._links(request, self._foreign_keys()))
        return obj

    def _foreign_keys(self) -> list[str]:
        return [field.name for field in self.opts.concrete_fields if isinstance(field, ForeignKey)]

    def _links(self, request: HttpRequest, names: Sequence[str]) -> "list[Prefetch[Any]]":
        return [
            Prefetch(name, self.visible(request, self.opts.get_field(name).related_model)) for name in names
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Also the foreign keys that point to what the reader may not see: a save would empty them."""
        fields = super().get_readonly_fields(request, obj)
        if obj is None:
            return fields
        hidden = [
            name
            for name in self._foreign_keys()
            if getattr(obj, f"{name}_id") is not None and related_object(obj, name) is None
        ]
        return [*fields, *(name for name in hidden if name not in fields)]

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        kwargs["queryset"] = self.visible(request, db_field.related_model)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the list's own filters, and foreign keys by id: nothing that compares parts of columns."""
        name, _, kind = lookup.partition("__")
        filters = self.get_list_filter(request)
        if any(
            isinstance(each, type) and issubclass(each, SimpleListFilter) and each.parameter_name == lookup
            for each in filters
        ):
            return True
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:
            return True
        return kind in _EXACT and (isinstance(field, ForeignKey) or name in filters)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A UUID is compared as such, which an index answers; other words as `search_words` says."""
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        wanted = uuid_or_none(term)
        # One column after the other: joined by OR, the planner would walk the list instead of an index.
        for name in self.id_search_fields if wanted else ():
            matches = queryset.filter(**{name: wanted})
            if matches.exists():
                return matches, False
        # Sources name things by UUIDs of their own.
        return self.search_words(request, queryset, term)

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows whose `search_fields` contain the words."""
        return super().get_search_results(request, queryset, term)

    @display(description=mark_safe('<input type="checkbox" id="action-toggle">'))
    def action_checkbox(self, obj: Any) -> SafeString:
        """Without the object's name: it may say what the reader does not see, or ask a query a row."""
        box = CheckboxInput({"class": "action-select", "aria-label": "Select this row"}, lambda value: False)
        return box.render(ACTION_CHECKBOX_NAME, str(obj.pk))

    @action(description="Export as CSV")
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        require(request.user, Action.EXPORT)
        return csv_response(self, request, self.exportable(request, queryset))

    def exportable(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of `rows`, those of the projects that the reader may export; of projects, those themselves.

        Raises PermissionDenied for rows of no project when some of the reader's projects are not to be
        exported: which of them show a row to the reader is not known here.
        """
        projects = allowed_project_ids(request.user, Action.EXPORT)
        if projects is None:
            return rows
        key = self.export_project_key()
        if key:
            return rows.filter(**{f"{key}__in": projects})
        require_in_all(request.user, Action.EXPORT, None)
        return rows

    def export_project_key(self) -> str:
        """The column that names a row's project; empty where there is none."""
        return "project_id" if any(field.name == "project" for field in self.opts.concrete_fields) else ""

    def get_actions(self, request: HttpRequest) -> Any:
        """A subclass's `actions`, then the export, which every list has."""
        actions = super().get_actions(request)
        if IS_POPUP_VAR in request.GET or not may(request.user, Action.EXPORT):
            return actions
        name = "export_csv"
        return {**actions, name: (type(self).export_csv, name, "Export as CSV")}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ScopedChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(
            request, {"title": title, "subtitle": self.list_note or None, **(extra_context or {})}
        )

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        if change and obj is not None:
            context["object_links"] = self.object_links(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponseRedirect:
        raise Http404(f"{opts.verbose_name}: not found")
