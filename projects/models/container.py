from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import ContentQuerySet


class Container(ProjectScopedModel):
    """Where a project's generated application runs."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="containers", db_index=False
    )
    name = models.CharField(max_length=255)
    status = models.CharField(max_length=50, blank=True, help_text="As the source gives it.")
    port_mapping = models.CharField(max_length=255, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Containers of projects' applications"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="container_name_once",
                violation_error_message="The project has a container of this name already.",
            ),
            models.CheckConstraint(name="container_is_named", condition=~Q(name="")),
        ]
        indexes = recent_indexes("container", "created_at")

    def __str__(self) -> str:
        return self.name
