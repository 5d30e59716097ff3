"""Members inside a project's page, memberships inside a user's."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.inlines import ScopedInline
from core.admin.scoped import is_staff
from core.permissions import Action, may
from projects.models import Membership


class _Existing(ScopedInline):
    """Rows that stand: the role can change, who and where cannot, so that no row asks for its choices."""

    model = Membership
    fields = ("user", "role")
    readonly_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "project").order_by("id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _New(ScopedInline):
    """An empty row to add one."""

    model = Membership
    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MemberInline(_Existing):
    verbose_name_plural = "members"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.MANAGE_MEMBERS, obj.pk)

    has_delete_permission = has_change_permission


class NewMemberInline(_New):
    verbose_name_plural = "new members"
    autocomplete_fields = ("user",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may(request.user, Action.MANAGE_MEMBERS, obj.pk)


class UserMembershipInline(_Existing):
    verbose_name_plural = "memberships"
    fields = ("project", "role")
    readonly_fields = ("project",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Action.MANAGE_STAFF)

    has_delete_permission = has_change_permission


class NewUserMembershipInline(_New):
    verbose_name_plural = "new memberships"
    autocomplete_fields = ("project",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Action.MANAGE_STAFF)
