"""Staff accounts."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.http import HttpRequest

from accounts.admin.forms import StaffChangeForm, StaffCreationForm
from core.admin.columns import badges, column, flag, text, time
from core.admin.links import Link, page_link
from core.admin.scoped import ScopedModelAdmin
from core.permissions import Action, may

ROLES = {"owner": "warn", "finance": "info", "auditor": "info"}


class UserAdmin(ScopedModelAdmin, StockUserAdmin):  # type: ignore[type-arg]
    """Accounts are never deleted, only deactivated: their entries in the history stay.

    Only owners see sign-in details, and only owners change anything.
    """

    add_action = Action.MANAGE_STAFF
    change_action = Action.MANAGE_STAFF

    form = StaffChangeForm
    add_form = StaffCreationForm
    list_note = "Staff who sign in here. What they see follows from their role and their memberships."
    list_display = (
        column("person_name", str, "name"),
        text("email", "e-mail", "email"),
        badges("role", ROLES),
        flag("is_active", "active"),
        time("last_login", "last signed in"),
    )
    list_display_links = (list_display[0], list_display[1])
    list_filter = ("role", "is_active", "is_staff")
    ordering = ("email",)
    search_fields = ("name", "email")
    search_help_text = "Part of a name or e-mail address, or an id"
    filter_horizontal = ()
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "time_zone")}),
        ("Password", {"fields": ("usable_password", "password1", "password2")}),
    )
    readonly_fields = (time("last_login", "last signed in"), time("date_joined", "since"))
    fieldsets = (
        (None, {"fields": ("email", "name", "time_zone")}),
        ("Access", {"fields": ("role", "is_active", "is_staff", "password")}),
        ("Dates", {"fields": readonly_fields}),
    )
    fieldsets_for_colleagues = ((None, {"fields": ("email", "name", "time_zone", "role", "is_active")}),)

    def object_links(self, request: HttpRequest, obj: Any) -> Sequence[Link]:
        if not may(request.user, Action.MANAGE_STAFF):
            return ()
        return (page_link("Sessions and second factors", "staff:sign_in", obj.pk),)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if may(request.user, Action.MANAGE_STAFF):
            return super().get_fieldsets(request, obj)
        return self.fieldsets_for_colleagues

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return request is not None and ScopedModelAdmin.lookup_allowed(self, lookup, value, request)
