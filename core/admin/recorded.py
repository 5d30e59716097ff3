"""What is added, changed, deleted and read in the admin goes to the journal, not to Django's log."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core.admin.changelist import filters_of
from core.admin.stock import StockModelAdmin
from core.admin.visible import holds_words
from core.journal import Deed, given_values, journal, values_of
from core.permissions import Action, may

_SEEN, _DELETED = "_values_seen", "_rows_to_delete"


class RecordedModelAdmin(StockModelAdmin):
    """Tells the journal, in the transaction that does it; its history page shows what the journal keeps."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Remembers its values: a form writes over them before it is known what changes."""
        obj = super().get_object(request, object_id, from_field)
        if obj is not None:
            setattr(obj, _SEEN, values_of(obj))
        return obj

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        journal().note(Deed("added", obj, after=given_values(obj), detail=_said(message)))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        seen = getattr(obj, _SEEN, None)
        if seen is None:
            journal().note(Deed("changed", obj, detail=_said(message)))
            return
        now = values_of(obj)
        changed = [name for name in seen if name in now and now[name] != seen[name]]
        if changed:
            before, after = {name: seen[name] for name in changed}, {name: now[name] for name in changed}
            journal().note(Deed("changed", obj, before=before, after=after))

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> None:  # type: ignore[override]
        """Django asks before it deletes; the journal hears of it afterwards, since its lock comes last."""
        deeds = [Deed("deleted", row, label=_lasting(row), before=given_values(row)) for row in queryset]
        setattr(request, _DELETED, [(row.target and row.target.pk, row) for row in deeds])

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        _tell_deleted(request)
        return super().response_delete(request, obj_display, obj_id)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Rows of inlines have no page of their own, and so no other call that tells of them."""
        for formset in formsets or ():
            _tell_inline(formset)
        return super().construct_change_message(request, form, formsets, add)

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            stock: Any = actions["delete_selected"]
            actions["delete_selected"] = (_deleting(stock[0]), *stock[1:])
        return actions

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        if response.status_code == 200 and request.method in ("GET", "HEAD") and holds_words(self.model):
            row = getattr(response, "context_data", {}).get("original")
            if row is not None:
                journal().note(Deed("read", row, detail=_conversation(row)))
        return response

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None)
        is_reading = request.method in ("GET", "HEAD") and may(request.user, Action.READ_TRANSCRIPTS)
        if shown and is_reading and holds_words(self.model) and getattr(shown.get("cl"), "result_list", None):
            label, filters = f"List of {self.opts.verbose_name_plural}", filters_of(request)
            detail = {"filters": filters} if filters else {}
            journal().note(Deed("read", label=label, model=self.opts.label_lower, detail=detail))
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404(f"{self.opts.verbose_name}: not found")
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {row}",
            "subtitle": None,
            "opts": self.opts,
            "object": row,
            "module_name": self.opts.verbose_name_plural,
            "entries": journal().of(row, request.user),
            "may_read": may(request.user, Action.READ_AUDIT),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)


def _said(message: Any) -> dict[str, str]:
    """What a caller said in words; Django's own messages are lists of what the values tell anyway."""
    return {"said": message} if isinstance(message, str) and message else {}


def _lasting(row: Any) -> str:
    return "" if holds_words(type(row)) else str(row)


def _conversation(row: Any) -> dict[str, str]:
    conversation = getattr(row, "conversation_id", None)
    return {"conversation": str(conversation)} if conversation else {}


def _tell_deleted(request: HttpRequest) -> None:
    for pk, deed in getattr(request, _DELETED, ()):
        # Deleting has emptied the object's key.
        if deed.target is not None:
            deed.target.pk = pk
        journal().note(deed)
    setattr(request, _DELETED, [])


def _deleting(stock: Any) -> Any:
    """The stock action, in one transaction with what is told of it."""

    def delete_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        with transaction.atomic():
            response = stock(model_admin, request, queryset)
            _tell_deleted(request)
        return response

    return delete_selected


def _tell_inline(formset: Any) -> None:
    initial = {form.instance.pk: form.initial for form in formset.forms}
    for row in getattr(formset, "new_objects", ()):
        journal().note(Deed("added", row, after=given_values(row)))
    for row, fields in getattr(formset, "changed_objects", ()):
        before = {name: initial.get(row.pk, {}).get(name) for name in fields}
        now = values_of(row)
        journal().note(Deed("changed", row, before=before, after={name: now.get(name) for name in fields}))
    for row in getattr(formset, "deleted_objects", ()):
        journal().note(Deed("deleted", row, label=_lasting(row), before=given_values(row)))
