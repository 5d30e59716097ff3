from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known, unpurged_index
from core.models import ProjectScopedModel
from projects.querysets import TranscriptQuerySet


class MessageKind(models.TextChoices):
    CHAT = "chat", "Chat"
    STATUS = "status", "Status"
    ERROR = "error", "Error"
    OTHER = "other", "Other"


class Message(ProjectScopedModel):
    """One turn of a conversation, in the words of a person, a model, a tool or the system."""

    Kind = MessageKind

    class Role(models.TextChoices):
        USER = "user", "User"
        ASSISTANT = "assistant", "Assistant"
        SYSTEM = "system", "System"
        TOOL = "tool", "Tool"
        OTHER = "other", "Other"

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="messages")
    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="messages")
    position = models.PositiveIntegerField(help_text="Order within the conversation, from 1.")
    role = models.CharField(max_length=16, choices=Role)
    author = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    author_label = models.CharField(
        max_length=200, blank=True, help_text="The author's name when it was written."
    )
    kind = models.CharField(max_length=16, choices=MessageKind, default=MessageKind.CHAT)
    source_role = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    provider = models.CharField(max_length=64, blank=True)
    token_count = models.BigIntegerField(null=True, blank=True, help_text="As the source gives it.")
    attachments = models.JSONField(default=list, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    model = models.CharField(max_length=200, blank=True, help_text="The model that wrote it.")
    content = models.TextField(blank=True)
    parts = models.JSONField(
        default=list,
        blank=True,
        help_text='Structured parts: [{"type": "tool_call" | "tool_result" | "reasoning", '
        '"name", "arguments", "result"}].',
    )
    sent_at = models.DateTimeField()
    purged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its words were removed."
    )

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Turns of conversations"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "conversation", "position"], name="message_position_once"
            ),
            known("message_kind", "kind", MessageKind),
            models.CheckConstraint(
                name="message_role_known",
                condition=Q(role__in=["user", "assistant", "system", "tool", "other"]),
            ),
        ]
        indexes = [
            # The admin's list of a project's messages, newest first.
            models.Index(fields=["project", "-sent_at", "-id"], name="message_recent_idx"),
            unpurged_index("message", "sent_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.position}"
