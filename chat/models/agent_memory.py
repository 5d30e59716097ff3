from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from core.declarations import known, recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import TranscriptQuerySet


class MemoryKind(models.TextChoices):
    CONVERSATION = "conversation", "Conversation"
    PREFERENCE = "preference", "Preference"
    LEARNING = "learning", "Learning"
    CONTEXT = "context", "Context"
    FACT = "fact", "Fact"
    OTHER = "other", "Other"


class MemoryImportance(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class AgentMemory(ProjectScopedModel):
    """Something that an agent remembers of a person."""

    Kind = MemoryKind
    Importance = MemoryImportance

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="agent_memories", db_index=False
    )
    agent = models.ForeignKey("projects.Agent", on_delete=models.CASCADE, related_name="memories")
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.CASCADE, related_name="agent_memories"
    )
    conversation = models.ForeignKey(
        "chat.Conversation", null=True, blank=True, on_delete=models.SET_NULL, related_name="agent_memories"
    )
    kind = models.CharField(max_length=16, choices=MemoryKind, default=MemoryKind.CONVERSATION)
    source_kind = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    content = models.TextField()
    summary = models.TextField(blank=True)
    importance = models.CharField(max_length=16, choices=MemoryImportance, default=MemoryImportance.MEDIUM)
    importance_score = models.FloatField(null=True, blank=True, help_text="0 to 1.")
    access_count = models.BigIntegerField(default=0)
    last_accessed_at = models.DateTimeField(null=True, blank=True)
    keywords = models.JSONField(default=list, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "What agents remember"
        verbose_name_plural = "agent memories"
        constraints = [
            known("agent_memory_kind", "kind", MemoryKind),
            known("agent_memory_importance", "importance", MemoryImportance),
        ]
        indexes = recent_indexes("agent_memory", "created_at")

    def __str__(self) -> str:
        return f"Memory {self.pk.hex[-8:]}"


class MemoryRelation(ProjectScopedModel):
    """How one memory bears on another."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="memory_relations", db_index=False
    )
    memory = models.ForeignKey(AgentMemory, on_delete=models.CASCADE, related_name="relations")
    other = models.ForeignKey(AgentMemory, on_delete=models.CASCADE, related_name="related_from")
    relation = models.CharField(max_length=100)
    strength = models.FloatField(null=True, blank=True, help_text="0 to 1.")

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "How memories bear on each other"
        constraints = [
            models.CheckConstraint(name="memory_relation_of_two", condition=~Q(memory=F("other"))),
        ]
        indexes = recent_indexes("memory_relation", "created_at")

    def __str__(self) -> str:
        return self.relation

    def clean(self) -> None:
        super().clean()
        if self.other_id == self.memory_id:
            raise ValidationError({"other": "A memory bears on another one."}, code="itself")
