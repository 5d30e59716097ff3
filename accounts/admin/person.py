from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Person
from core.admin.columns import badges, linked, text, time
from core.admin.links import Link, list_link, page_link
from core.admin.scoped import ScopedModelAdmin


@admin.register(Person)
class PersonAdmin(ScopedModelAdmin):
    list_note = "People, agents and services of the source systems. They sign in only when linked to a user."
    list_display = (
        text("name"),
        text("email", "e-mail"),
        badges("kind", {"agent": "info"}),
        linked("user", "signs in as"),
        time("created_at", "first seen", "created_at"),
    )
    list_display_links = (list_display[0], list_display[1])
    list_links = ("user",)
    list_filter = ("kind",)
    ordering = ("-created_at", "-id")
    search_fields = ("name", "email_normalized__startswith")
    search_help_text = "Part of a name, the beginning of an e-mail address, or an id"
    autocomplete_fields = ("user",)
    fields = ("name", "email", "kind", "user", "external_ids", time("created_at", "first seen"))
    readonly_fields = (fields[-1],)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        return (
            page_link("Report", "billing:report", person=obj.pk),
            list_link("Conversations", "chat.conversation", person=obj.pk),
            list_link("Projects owned", "projects.project", owner=obj.pk),
        )
