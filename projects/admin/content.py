"""The base of admin classes for rows of one project: its managers may change them."""

from typing import Any, cast

from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest

from accounts.models import User
from core.admin.scoped import ScopedModelAdmin, is_owner
from projects.roles import managed_project_ids, may_manage, may_operate


def manages(request: HttpRequest, project_id: Any = None) -> bool:
    """Whether the reader is an owner or manages the project; without one: any project."""
    return may_manage(request.user, project_id)


def operates(request: HttpRequest, project_id: Any = None) -> bool:
    """Whether the reader is an owner, or operates or manages the project; without one: any project."""
    return may_operate(request.user, project_id)


class ProjectContentAdmin(ScopedModelAdmin):
    """For models with a `project`, which is chosen once and never changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return manages(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return manages(request, None if obj is None else obj.project_id)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return manages(request, None if obj is None else obj.project_id)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether actions with the permission "operate" are offered; projects are asked about again."""
        return operates(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else [*fields, "project"]

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "project" and not is_owner(request):
            user = cast(User, request.user)
            field.queryset = field.queryset.filter(pk__in=managed_project_ids(user))  # type: ignore[union-attr]
        return field
