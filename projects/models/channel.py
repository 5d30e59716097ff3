from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from core.declarations import recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import GENERAL_STAYS, ChannelQuerySet

GENERAL = "general"
"""The channel that every project has from its first moment."""


class Channel(ProjectScopedModel):
    """A room of a project, in which conversations take place."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="channels", db_index=False
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    is_default = models.BooleanField(default=False, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ChannelQuerySet] = ChannelQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Rooms of projects"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="channel_name_once",
                violation_error_message="The project has a channel of this name already.",
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(is_default=True), name="channel_one_default"
            ),
            models.CheckConstraint(
                name="channel_general_is_default",
                condition=Q(is_default=True, name=GENERAL, archived_at__isnull=True)
                | (Q(is_default=False) & ~Q(name=GENERAL)),
                violation_error_message=GENERAL_STAYS,
            ),
            models.CheckConstraint(name="channel_is_named", condition=~Q(name="")),
        ]
        indexes = recent_indexes("channel", "created_at")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises ValidationError where the default channel would be renamed or archived."""
        self._check_general()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises ValidationError for the default channel, which goes with its project alone."""
        if self.is_default:
            raise ValidationError(GENERAL_STAYS, code="general_stays")
        return super().delete(*args, **kwargs)

    def _check_general(self) -> None:
        if self.is_default and (self.name != GENERAL or self.archived_at is not None):
            raise ValidationError(GENERAL_STAYS, code="general_stays")
