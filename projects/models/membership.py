from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import BaseModel
from projects.querysets import ContentQuerySet


class Membership(BaseModel):
    """A user's role in one project: what they may see and do there."""

    is_reference_table: ClassVar[bool] = True

    class Role(models.TextChoices):
        VIEWER = "viewer", "Viewer: reports"
        ANALYST = "analyst", "Analyst: reports, transcripts and exports"
        OPERATOR = "operator", "Operator: also approvals, jobs and imports"
        MANAGER = "manager", "Manager: also keys, budgets and members"

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role, default=Role.VIEWER)

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Who belongs to which project, and as what"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "user"],
                name="membership_once",
                violation_error_message="This user is a member of the project already.",
            ),
            models.CheckConstraint(
                name="membership_role_known",
                condition=Q(role__in=["viewer", "analyst", "operator", "manager"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}"
