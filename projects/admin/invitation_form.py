"""The form that invites."""

from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from core.admin.forms import WholeRowForm
from core.permissions import Action, may_everywhere
from projects.models import Invitation, Project


class InvitationForm(WholeRowForm):
    """Its `role` is left away by the admin class for those who may not give one."""

    reader: User
    """Set by the admin class."""

    class Meta:
        model = Invitation
        fields = ("email", "project", "project_role", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_asked = "project" in self.fields
        if is_asked and not may_everywhere(self.reader, Action.MANAGE_STAFF):
            self.fields["project"].required = self.fields["project_role"].required = True

    def clean_project(self) -> Project | None:
        project: Project | None = self.cleaned_data["project"]
        if project is not None and project.status == Project.Status.ARCHIVED:
            raise ValidationError("It is archived: restore it first.")
        return project
