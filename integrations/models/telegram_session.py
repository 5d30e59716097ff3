from typing import ClassVar

from django.db import models

from core.declarations import recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import ContentQuerySet


class TelegramSession(ProjectScopedModel):
    """Which conversation a Telegram chat speaks with. Ids of groups are negative and pass 32 bits."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="telegram_sessions", db_index=False
    )
    telegram_chat_id = models.BigIntegerField("Telegram chat")
    telegram_user_id = models.BigIntegerField("Telegram user", null=True, blank=True)
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="telegram_sessions"
    )
    conversation = models.ForeignKey(
        "chat.Conversation",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="telegram_sessions",
    )
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Which conversation a Telegram chat speaks with"
        verbose_name = "Telegram session"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "telegram_chat_id"],
                name="telegram_chat_once",
                violation_error_message="This Telegram chat has a session already.",
            ),
        ]
        indexes = recent_indexes("telegram_session", "updated_at")

    def __str__(self) -> str:
        return f"Telegram {self.telegram_chat_id}"
