from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import BaseModel
from projects.querysets import ProjectQuerySet


class Project(BaseModel):
    """A product or team whose usage is counted apart, and whose members see it.

    Each source has a reserved project "Unassigned" for records that name none.
    """

    class Kind(models.TextChoices):
        REGULAR = "regular", "Project"
        UNASSIGNED = "unassigned", "Unassigned: what its source gave no project"

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.REGULAR)
    owner = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_projects"
    )
    prefers_reported_cost = models.BooleanField(
        default=False, help_text="Book the cost that the source reports, instead of the price book's."
    )
    is_demo = models.BooleanField(
        default=False, editable=False, help_text="Made by seed_demo; remove_demo takes it away."
    )

    objects: ClassVar[ProjectQuerySet] = ProjectQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Products or teams whose usage is counted apart"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="project_name_unique",
                violation_error_message="A project has this name already.",
            ),
            models.CheckConstraint(
                name="project_is_named",
                condition=~Q(name=""),
                violation_error_message="Give the project a name.",
            ),
            models.CheckConstraint(
                name="project_kind_known", condition=Q(kind__in=["regular", "unassigned"])
            ),
        ]

    def __str__(self) -> str:
        return self.name
