from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known, recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import TranscriptQuerySet


class ReactionKind(models.TextChoices):
    UP = "up", "👍"
    DOWN = "down", "👎"
    LAUGH = "laugh", "😄"
    CONFUSED = "confused", "😕"
    HEART = "heart", "❤️"
    EYES = "eyes", "👀"


class Reaction(ProjectScopedModel):
    """What somebody thought of a conversation, or of one message of it."""

    Kind = ReactionKind

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="reactions", db_index=False
    )
    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="reactions")
    message = models.ForeignKey(
        "chat.Message", null=True, blank=True, on_delete=models.CASCADE, related_name="reactions"
    )
    user = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.CASCADE, related_name="reactions"
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.CASCADE, related_name="reactions"
    )
    kind = models.CharField(max_length=16, choices=ReactionKind)
    comment = models.TextField(blank=True)

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "What people thought of conversations and messages"
        constraints = [
            known("reaction_kind", "kind", ReactionKind),
            models.CheckConstraint(
                name="reaction_of_one",
                condition=Q(user__isnull=True, person__isnull=False)
                | Q(user__isnull=False, person__isnull=True),
                violation_error_message="A reaction is of an account, or of a person.",
            ),
            *(
                models.UniqueConstraint(
                    fields=["project", "conversation", who, "kind"],
                    condition=Q(message__isnull=True),
                    name=f"reaction_{who}_once_a_talk",
                    violation_error_message="This reaction is there already.",
                )
                for who in ("user", "person")
            ),
            *(
                models.UniqueConstraint(
                    fields=["project", "message", who, "kind"],
                    name=f"reaction_{who}_once_a_message",
                    violation_error_message="This reaction is there already.",
                )
                for who in ("user", "person")
            ),
        ]
        indexes = recent_indexes("reaction", "created_at")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk.hex[-8:]}"
