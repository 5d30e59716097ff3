from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known, recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import TranscriptQuerySet


class AgentStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    BUSY = "busy", "Busy"


class Agent(ProjectScopedModel):
    """An agent at work in a project: its role, its prompts and the model it speaks with.

    Provider and model are text: the config that holds the key is linked by integrations.AgentProvider.
    """

    Status = AgentStatus

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="agents", db_index=False
    )
    name = models.CharField(max_length=200)
    display_name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    person = models.ForeignKey(
        "accounts.Person",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="agents",
        help_text="As whom it writes messages, in sources where agents are users too.",
    )
    owner = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_agents"
    )
    status = models.CharField(max_length=16, choices=AgentStatus, default=AgentStatus.ACTIVE)
    source_status = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    role = models.TextField(blank=True)
    backstory = models.TextField(blank=True)
    goal = models.TextField(blank=True)
    system_prompt = models.TextField(blank=True)
    provider = models.CharField(max_length=64, blank=True, help_text="Provider slug, such as anthropic.")
    model = models.CharField(max_length=200, blank=True)
    settings = models.JSONField(default=dict, blank=True, help_text="Temperature and the like.")
    keywords = models.JSONField(default=list, blank=True, help_text="Words by which requests are routed.")
    priority = models.IntegerField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Agents at work in projects"
        constraints = [
            known("agent_status", "status", AgentStatus),
            models.CheckConstraint(name="agent_is_named", condition=~Q(name="")),
        ]
        indexes = [
            *recent_indexes("agent", "created_at"),
            # An agent by the name that runs and the ledger carry.
            models.Index(fields=["project", "name"], name="agent_name_idx"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.name
