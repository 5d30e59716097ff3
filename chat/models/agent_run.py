from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from chat.models.trees import check_parent
from core.declarations import known, not_negative, recent_indexes, unpurged_index
from core.models import ProjectScopedModel
from core.transitions import StatefulModel
from projects.models.work_status import WORK_STEPS, WorkStatus
from projects.querysets import TranscriptQuerySet


class AgentRun(StatefulModel, ProjectScopedModel):
    """One execution of an agent, and under it those that it delegated: a tree.

    `input_tokens` and `output_tokens` are its own count as the source gives it, which contains its
    children's; `net_…` is what is left without them, at least 0, and what the ledger books. Null: unknown.
    """

    Status = WorkStatus
    machine = WORK_STEPS

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="agent_runs", db_index=False
    )
    conversation = models.ForeignKey(
        "chat.Conversation", null=True, blank=True, on_delete=models.SET_NULL, related_name="agent_runs"
    )
    todo = models.ForeignKey(
        "chat.Todo", null=True, blank=True, on_delete=models.SET_NULL, related_name="agent_runs"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    agent = models.ForeignKey(
        "projects.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    agent_label = models.CharField(max_length=200, help_text="The agent's name when it ran.")
    status = models.CharField(max_length=16, choices=WorkStatus, default=WorkStatus.QUEUED)
    source_status = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    task = models.TextField(blank=True)
    input_context = models.JSONField(default=dict, blank=True)
    thinking = models.TextField(blank=True)
    result = models.TextField(blank=True)
    error = models.TextField(blank=True)
    input_tokens = models.BigIntegerField(null=True, blank=True, help_text="Own, children's included.")
    output_tokens = models.BigIntegerField(null=True, blank=True, help_text="Own, children's included.")
    net_input_tokens = models.BigIntegerField(null=True, blank=True, help_text="Without its children's.")
    net_output_tokens = models.BigIntegerField(null=True, blank=True, help_text="Without its children's.")
    llm_calls = models.IntegerField(null=True, blank=True)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    purged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its words were removed."
    )

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Executions of agents, as trees"
        constraints = [
            known("agent_run_status", "status", WorkStatus),
            *not_negative("agent_run", "net_input_tokens", "net_output_tokens"),
            models.CheckConstraint(
                name="agent_run_not_own_parent", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))
            ),
        ]
        indexes = [
            *recent_indexes("agent_run", "created_at"),
            unpurged_index("agent_run", "created_at"),
            # One agent's runs.
            models.Index(fields=["project", "agent_label", "-created_at"], name="agent_run_agent_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_label} {self.pk.hex[-8:]}"

    def clean(self) -> None:
        super().clean()
        check_parent(self)
