from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known, recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import ContentQuerySet


class ToolRisk(models.TextChoices):
    READ_ONLY = "read_only", "Read-only: changes nothing"
    LOW = "low", "Low: what it changes can be taken back"
    HIGH = "high", "High: changes things for good, or costs"


class Tool(ProjectScopedModel):
    """What staff know of a tool that a project's models may call. One without a row counts as high risk."""

    Risk = ToolRisk

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="tools", db_index=False
    )
    name = models.CharField(max_length=200)
    agent = models.ForeignKey(
        "projects.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="tools"
    )
    risk = models.CharField(max_length=16, choices=ToolRisk, default=ToolRisk.HIGH)
    description = models.TextField(blank=True)
    input_schema = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Tools that models may call, and their risk"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="tool_name_once",
                violation_error_message="The project has a tool of this name already.",
            ),
            known("tool_risk", "risk", ToolRisk),
            models.CheckConstraint(name="tool_is_named", condition=~Q(name="")),
        ]
        indexes = recent_indexes("tool", "created_at")

    def __str__(self) -> str:
        return self.name
