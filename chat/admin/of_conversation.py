"""The base of lists whose rows belong to conversations."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from chat.models import Conversation
from core.admin.scoped import ScopedModelAdmin


class OfConversationAdmin(ScopedModelAdmin):
    """Loads of each row's conversation what names it: its other columns hold long texts."""

    def list_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        named = self.visible(request, Conversation).only("title", "external_id")
        return super().list_rows(request, rows).prefetch_related(Prefetch("conversation", named))


class OfParentProject(BaseInlineFormSet):  # type: ignore[type-arg]
    """New rows belong to the project of the object on whose page they are made."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        if form.instance._state.adding:
            form.instance.project_id = self.instance.project_id
        return form
