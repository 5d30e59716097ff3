from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known, unpurged_index
from core.models import ProjectScopedModel
from projects.querysets import ConversationQuerySet


class ConversationKind(models.TextChoices):
    CHAT = "chat", "Chat"
    SESSION = "session", "Session"
    DIRECT = "direct", "Direct messages"
    CHANNEL = "channel", "Channel"
    PROJECT = "project", "All that was said in a project"


class Conversation(ProjectScopedModel):
    """A dialogue between people and models in one project: a chat, a coding session, a thread.

    The ledger's rows point here; they stay when the conversation goes.
    """

    Kind = ConversationKind

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=500, blank=True)
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="conversations"
    )
    agent_label = models.CharField(
        max_length=200, blank=True, help_text="The agent's name as the source gives it."
    )
    environment = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=100, blank=True, help_text="Where it came from.")
    external_id = models.CharField(
        max_length=255, blank=True, help_text="Its id in the source: a session or thread id."
    )
    kind = models.CharField(max_length=16, choices=ConversationKind, default=ConversationKind.CHAT)
    description = models.TextField(blank=True)
    channel = models.ForeignKey(
        "projects.Channel", null=True, blank=True, on_delete=models.SET_NULL, related_name="conversations"
    )
    provider = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=200, blank=True)
    system_prompt = models.TextField(blank=True)
    context_window = models.BigIntegerField(null=True, blank=True, help_text="Tokens.")
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When it was put into the bin. Its spend stays in every report.",
    )
    removed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its content was removed from the bin."
    )
    purged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its words were removed."
    )
    metadata = models.JSONField(default=dict, blank=True)
    tags = models.JSONField(default=list, blank=True)
    started_at = models.DateTimeField()
    last_activity_at = models.DateTimeField()

    objects: ClassVar[ConversationQuerySet] = ConversationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Dialogues between people and models"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "source", "external_id"],
                condition=~Q(external_id=""),
                name="conversation_once_a_source",
            ),
            known("conversation_kind", "kind", ConversationKind),
            models.CheckConstraint(
                name="conversation_ends_after_start",
                condition=Q(last_activity_at__gte=models.F("started_at")),
                violation_error_message="The last activity cannot be before the start.",
            ),
        ]
        indexes = [
            # Lists of a project's conversations, newest first.
            models.Index(fields=["project", "-last_activity_at", "-id"], name="conversation_recent_idx"),
            # The list over all projects, newest first.
            models.Index(fields=["-last_activity_at", "-id"], name="conversation_latest_idx"),
            # What is in the bin: left out of every read, listed for those who may restore it, purged.
            models.Index(
                fields=["project", "deleted_at"],
                name="conversation_bin_idx",
                condition=Q(deleted_at__isnull=False, removed_at__isnull=True),
            ),
            unpurged_index("conversation", "last_activity_at"),
        ]

    def __str__(self) -> str:
        return (
            self.title or f"Session {self.external_id[:8]}"
            if self.external_id
            else self.title or "Conversation"
        )

    @property
    def neutral_name(self) -> str:
        """What it is called for readers who may not see its title: "Conversation 5f0c21ab"."""
        return f"Conversation {self.pk.hex[-8:]}"
