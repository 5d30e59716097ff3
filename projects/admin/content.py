"""The base of admin classes for rows of one project: those who manage it may change them."""

from typing import Any, ClassVar

from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest

from core.admin.scoped import ScopedModelAdmin
from core.permissions import Action, allowed_project_ids, may


class ProjectContentAdmin(ScopedModelAdmin):
    """For models with a `project`, which is chosen once and never changes.

    Where it may be empty, only those choose none whose role on the installation allows it.
    """

    add_action: ClassVar[Action | None] = Action.CHANGE_CONTENT
    change_action: ClassVar[Action | None] = Action.CHANGE_CONTENT
    delete_action: ClassVar[Action | None] = Action.DELETE_CONTENT

    def has_archive_permission(self, request: HttpRequest) -> bool:
        """Whether actions with the permission "archive" are offered; projects are asked about again."""
        return may(request.user, Action.ARCHIVE_CONTENT)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else [*fields, "project"]

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "project" and self.add_action is not None:
            projects = allowed_project_ids(request.user, self.add_action)
            if projects is not None:
                field.queryset = field.queryset.filter(pk__in=projects)  # type: ignore[union-attr]
                field.required = True
        return field
