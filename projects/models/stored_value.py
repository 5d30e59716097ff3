from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import TranscriptQuerySet


class StoredValue(ProjectScopedModel):
    """A setting or remembered state of a source application, by scope and key."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="stored_values", db_index=False
    )
    scope = models.CharField(max_length=255, blank=True, help_text="What the key is unique within.")
    key = models.CharField(max_length=500)
    value = models.TextField(null=True, blank=True)  # noqa: DJ001 - a key without a value is not an empty one
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Settings and remembered state of source applications"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "scope", "key"],
                name="stored_value_once",
                violation_error_message="This key has a value already.",
            ),
            models.CheckConstraint(name="stored_value_has_key", condition=~Q(key="")),
        ]
        indexes = recent_indexes("stored_value", "updated_at")

    def __str__(self) -> str:
        return self.key
