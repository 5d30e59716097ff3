from typing import ClassVar

from django.db import models

from core.models import ProjectScopedModel
from projects.querysets import ProjectScopedQuerySet


class TraceShape(ProjectScopedModel):
    """Which spans lie in which, of one delivery of a trace: what tells a wrapper from the calls inside it.

    Spans without usage are nowhere else. Kept for some days, as parents come after their children.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="trace_shapes")
    trace_id = models.CharField(max_length=32)
    pairs = models.BinaryField(help_text="16 bytes a span: its id, then its parent's.")

    objects: ClassVar[ProjectScopedQuerySet] = ProjectScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Which spans lie in which"
        indexes = [
            models.Index(fields=["project", "trace_id"], name="trace_shape_trace_idx"),
            # What is old enough to forget.
            models.Index(fields=["project", "created_at"], name="trace_shape_age_idx"),
            # The admin's list, newest first.
            models.Index(fields=["-created_at", "-id"], name="trace_shape_latest_idx"),
        ]

    def __str__(self) -> str:
        return self.trace_id
