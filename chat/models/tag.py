from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from core.declarations import known, recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import ContentQuerySet, TranscriptQuerySet


class TagColor(models.TextChoices):
    GREY = "grey", "Grey"
    BLUE = "blue", "Blue"
    GREEN = "green", "Green"
    AMBER = "amber", "Amber"
    RED = "red", "Red"


class Tag(ProjectScopedModel):
    """A word under which a project's conversations and messages are found again."""

    Color = TagColor

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="tags", db_index=False
    )
    name = models.CharField(max_length=100)
    color = models.CharField(max_length=16, choices=TagColor, default=TagColor.GREY)

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Words under which conversations are found again"
        constraints = [
            models.UniqueConstraint(
                "project",
                Lower("name"),
                name="tag_name_once",
                violation_error_message="The project has this tag already.",
            ),
            known("tag_color", "color", TagColor),
            models.CheckConstraint(name="tag_is_named", condition=~Q(name="")),
        ]
        indexes = recent_indexes("tag", "created_at")

    def __str__(self) -> str:
        return self.name


class Tagging(ProjectScopedModel):
    """A tag on a conversation, or on one message of it."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="taggings", db_index=False
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="taggings")
    message = models.ForeignKey(
        "chat.Message", null=True, blank=True, on_delete=models.CASCADE, related_name="taggings"
    )
    user = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="taggings"
    )

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Tags on conversations and messages"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "tag", "conversation"],
                condition=Q(message__isnull=True),
                name="tagging_once_a_conversation",
                violation_error_message="The tag is there already.",
            ),
            models.UniqueConstraint(
                fields=["project", "tag", "message"],
                name="tagging_once_a_message",
                violation_error_message="The tag is there already.",
            ),
        ]
        indexes = recent_indexes("tagging", "created_at")

    def __str__(self) -> str:
        return f"Tagging {self.pk.hex[-8:]}"
