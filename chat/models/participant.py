from typing import ClassVar

from django.db import models

from core.declarations import recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import ContentQuerySet


class Participant(ProjectScopedModel):
    """Somebody who takes part in a conversation."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    conversation = models.ForeignKey(
        "chat.Conversation", on_delete=models.CASCADE, related_name="participants"
    )
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="participations")

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Who takes part in which conversation"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "conversation", "person"],
                name="participant_once",
                violation_error_message="This person takes part already.",
            ),
        ]
        indexes = recent_indexes("participant", "created_at")

    def __str__(self) -> str:
        # By the person: the admin names a row once more when it has been deleted and has no key.
        return f"Participant {str(self.person_id)[-8:]}"
