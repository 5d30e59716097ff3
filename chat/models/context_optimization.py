from typing import ClassVar

from django.db import models
from django.db.models import F

from core.declarations import known, not_negative, recent_indexes, unpurged_index
from core.models import ProjectScopedModel
from projects.querysets import TranscriptQuerySet


class OptimizationTrigger(models.TextChoices):
    TOKEN_LIMIT = "token_limit", "Token limit"
    USER_REQUEST = "user_request", "User's request"
    AUTO = "auto", "Automatic"
    OTHER = "other", "Other"


class OptimizationStrategy(models.TextChoices):
    TRUNCATION = "truncation", "Truncation"
    SUMMARIZATION = "summarization", "Summarization"
    COMPRESSION = "compression", "Compression"
    OTHER = "other", "Other"


class ContextOptimization(ProjectScopedModel):
    """A conversation's context was made smaller: why, how, and what that saved."""

    Trigger = OptimizationTrigger
    Strategy = OptimizationStrategy

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="context_optimizations", db_index=False
    )
    conversation = models.ForeignKey(
        "chat.Conversation", on_delete=models.CASCADE, related_name="context_optimizations"
    )
    trigger = models.CharField(max_length=16, choices=OptimizationTrigger)
    source_trigger = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    strategy = models.CharField(max_length=16, choices=OptimizationStrategy)
    source_strategy = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    tokens_before = models.BigIntegerField()
    tokens_after = models.BigIntegerField()
    tokens_saved = models.GeneratedField(
        expression=F("tokens_before") - F("tokens_after"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    summary = models.TextField(blank=True)
    affected_messages = models.JSONField(default=list, blank=True, help_text="Their ids at the source.")
    occurred_at = models.DateTimeField()
    metadata = models.JSONField(default=dict, blank=True)
    purged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its words were removed."
    )

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Contexts made smaller, and what that saved"
        constraints = [
            known("optimization_trigger", "trigger", OptimizationTrigger),
            known("optimization_strategy", "strategy", OptimizationStrategy),
            *not_negative("optimization", "tokens_before", "tokens_after"),
        ]
        indexes = [
            *recent_indexes("optimization", "occurred_at"),
            unpurged_index("optimization", "occurred_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_strategy_display()} {self.pk.hex[-8:]}"
