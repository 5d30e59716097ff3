"""Who takes part in conversations: on a conversation's page, and in a list of their own."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from chat.admin.of_conversation import OfConversationAdmin, OfParentProject
from chat.admin.tool_execution_inline import FirstRows
from chat.models import Participant
from core.admin.columns import linked, time
from core.admin.forms import WholeRowForm
from core.admin.inlines import ScopedInline
from core.admin.scoped import is_staff
from core.permissions import Action, may
from projects.admin.content import ProjectContentAdmin
from projects.admin.filters import ProjectFilter
from projects.admin.source_fields import CHANGED, CREATED

_SINCE = time("created_at", "since")


class NewParticipantForm(WholeRowForm):
    """Somebody who takes part already is refused with a sentence, whether in the database or in the form.

    Django leaves the parent's key out when it validates constraints of an inline's row.
    """

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        here = Participant.objects.filter(
            project_id=self.instance.project_id, conversation_id=self.instance.conversation_id
        )
        if "person" in cleaned and here.filter(person=cleaned["person"]).exists():
            raise ValidationError({"person": "This person takes part already."}, code="unique")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"project", "conversation"}


class ParticipantInline(ScopedInline):
    """Those who take part; the conversation's managers take them away."""

    model = Participant
    formset = FirstRows
    fields = ("person", _SINCE)
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("person").order_by("created_at", "id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.CHANGE_CONTENT, obj.project_id)

    has_delete_permission = has_change_permission


class NewParticipantInline(ScopedInline):
    """An empty row to add one."""

    model = Participant
    form = NewParticipantForm
    formset = OfParentProject
    extra = 1
    fields = ("person",)
    autocomplete_fields = ("person",)
    verbose_name_plural = "new participants"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.CHANGE_CONTENT, obj.project_id)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Participant)
class ParticipantAdmin(OfConversationAdmin, ProjectContentAdmin):
    """All of them; new ones are added on their conversation's page."""

    list_note = "Who takes part in which conversation."
    list_display = (
        linked("person"),
        linked("conversation"),
        linked("project"),
        time("created_at", "since", "created_at"),
        "edit",
    )
    list_display_links = ("edit",)
    list_links = ("person", "project")
    list_filter = (ProjectFilter,)
    ordering = ("-created_at", "-id")
    search_fields = ("id",)
    search_help_text = "The id of a conversation or a person"
    id_search_fields = ("pk", "conversation", "person")
    fields = ("project", "conversation", "person", CREATED, CHANGED)
    readonly_fields = fields

    @admin.display(description="")
    def edit(self, obj: Participant) -> str:
        return "Open"

    add_action = None
    change_action = None

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        return queryset.none(), False
