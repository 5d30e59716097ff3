from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Person
from core.admin.columns import badge, badges, column, linked, preformatted, text, time
from core.admin.links import Link, list_link, page_link
from core.admin.scoped import ScopedModelAdmin
from core.markup import NOT_APPLICABLE
from core.permissions import Action, may, may_everywhere

_PREFERENCES = preformatted("preferences")
_SOURCE = (
    time("erased_at", "erased"),
    _PREFERENCES,
    time("created_at", "first seen"),
    time("updated_at", "changed"),
)


class DisabledFilter(SimpleListFilter):
    title = "disabled"
    parameter_name = "disabled"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [("no", "At work"), ("yes", "Disabled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"no", "yes"}:
            return queryset
        return queryset.filter(disabled_at__isnull=self.value() == "no")


@admin.register(Person)
class PersonAdmin(ScopedModelAdmin):
    add_action = Action.MANAGE_PEOPLE
    change_action = Action.MANAGE_PEOPLE
    delete_action = Action.MANAGE_PEOPLE

    list_note = "People, agents and services of the source systems. They sign in only when linked to a user."
    list_display = (
        text("name"),
        text("email", "e-mail"),
        text("handle"),
        badges("kind", {"agent": "info"}),
        column(
            "standing",
            lambda person: badge("Disabled", "warn") if person.disabled_at else NOT_APPLICABLE,
            "standing",
        ),
        linked("user", "signs in as"),
        time("created_at", "first seen", "created_at"),
    )
    list_display_links = (list_display[0], list_display[1])
    list_links = ("user",)
    list_deferred = ("avatar_url", "preferences", "external_ids")
    list_filter = ("kind", DisabledFilter)
    ordering = ("-created_at", "-id")
    search_fields = ("name", "email_normalized__startswith")
    search_help_text = "Part of a name, the beginning of an e-mail address, or an id"
    autocomplete_fields = ("user",)
    fieldsets = (
        (None, {"fields": ("name", "email", "handle", "kind", "user", "disabled_at", "avatar_url")}),
        ("Its source", {"fields": ("external_ids", *_SOURCE)}),
    )
    readonly_fields = _SOURCE

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Preferences tell of goals and habits: they are words, and shown to those who may read them."""
        user = request.user
        is_told = may_everywhere(user, Action.READ_TRANSCRIPTS) or (
            obj is not None and Person.objects.told_to(user).filter(pk=obj.pk).exists()
        )
        first, (title, options) = self.fieldsets
        shown = tuple(each for each in options["fields"] if is_told or each is not _PREFERENCES)
        return (first, (title, {**options, "fields": shown}))

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Report", "billing:report", person=obj.pk),
            list_link("Conversations", "chat.conversation", person=obj.pk),
            list_link("Projects owned", "projects.project", owner=obj.pk),
            list_link("Agents", "projects.agent", person=obj.pk),
            list_link("Provider configs", "integrations.providerconfig", person=obj.pk),
            list_link("Approval policy", "chat.autoapprovalpolicy", person=obj.pk),
            list_link("Linked accounts", "integrations.linkedaccount", person=obj.pk),
            *([page_link("Erase…", "integrations:erase_person", obj.pk)] if self._manages(request) else ()),
        )

    def _manages(self, request: HttpRequest) -> bool:
        return may(request.user, Action.MANAGE_PEOPLE)
