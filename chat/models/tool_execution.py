from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known, not_negative, recent_indexes, unpurged_index
from core.fields import NanoUsdField
from core.models import ProjectScopedModel
from core.transitions import StatefulModel, StateMachine
from projects.querysets import TranscriptQuerySet


class ToolStatus(models.TextChoices):
    PENDING = "pending", "Waiting for approval"
    APPROVED = "approved", "Approved"
    EXECUTING = "executing", "Executing"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    REJECTED = "rejected", "Rejected"
    CANCELLED = "cancelled", "Cancelled"


TOOL_STEPS = StateMachine(
    {
        ToolStatus.PENDING: [ToolStatus.APPROVED, ToolStatus.REJECTED, ToolStatus.CANCELLED],
        ToolStatus.APPROVED: [ToolStatus.EXECUTING, ToolStatus.REJECTED, ToolStatus.CANCELLED],
        ToolStatus.EXECUTING: [ToolStatus.COMPLETED, ToolStatus.FAILED],
        ToolStatus.COMPLETED: [],
        ToolStatus.FAILED: [],
        ToolStatus.REJECTED: [],
        ToolStatus.CANCELLED: [],
    }
)


class ToolExecution(StatefulModel, ProjectScopedModel):
    """One call of a tool that a model asked for: what with, who allowed it, what came of it.

    `decided_by` says who decided in words that outlive the account ("Ada", "policy of Ada", "recorded by
    bestchat"); `decided_by_user` is the account, when it was somebody of the staff.
    """

    Status = ToolStatus
    machine = TOOL_STEPS

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="tool_executions", db_index=False
    )
    conversation = models.ForeignKey(
        "chat.Conversation", null=True, blank=True, on_delete=models.CASCADE, related_name="tool_executions"
    )
    message = models.ForeignKey(
        "chat.Message", null=True, blank=True, on_delete=models.CASCADE, related_name="tool_executions"
    )
    agent_run = models.ForeignKey(
        "chat.AgentRun", null=True, blank=True, on_delete=models.CASCADE, related_name="tool_executions"
    )
    person = models.ForeignKey(
        "accounts.Person",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tool_executions",
        help_text="On whose behalf; whose policy may approve it.",
    )
    tool_name = models.CharField(max_length=200)
    parameters = models.JSONField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    status = models.CharField(max_length=16, choices=ToolStatus, default=ToolStatus.PENDING)
    source_status = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    cost = NanoUsdField(null=True, blank=True, help_text="US dollars. Empty: unknown.")
    requested_at = models.DateTimeField(help_text="When the model asked for it.")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_by_user = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="tool_decisions"
    )
    decision_rule = models.CharField(
        max_length=200, blank=True, help_text="Which rule of the policy allowed it, or why it was rejected."
    )
    executed_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    error = models.TextField(blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    purged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its words were removed."
    )

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Calls of tools that models asked for"
        constraints = [
            known("tool_execution_status", "status", ToolStatus),
            *not_negative("tool_execution", "duration_ms"),
            models.CheckConstraint(
                name="tool_execution_decided_by_whom_and_when",
                condition=(Q(decided_by="") & Q(decided_at__isnull=True))
                | (~Q(decided_by="") & Q(decided_at__isnull=False)),
                violation_error_message="A decision has a time and somebody who made it.",
            ),
            models.CheckConstraint(
                name="tool_execution_waiting_is_undecided",
                condition=~Q(status="pending") | Q(decided_by=""),
            ),
            models.CheckConstraint(name="tool_execution_names_tool", condition=~Q(tool_name="")),
        ]
        indexes = [
            *recent_indexes("tool_execution", "requested_at"),
            unpurged_index("tool_execution", "requested_at"),
            # The approval queue, oldest first, of one project and over all.
            models.Index(
                fields=["project", "requested_at", "id"],
                name="tool_execution_waiting_idx",
                condition=Q(status="pending"),
            ),
            models.Index(
                fields=["requested_at", "id"],
                name="tool_execution_queue_idx",
                condition=Q(status="pending"),
            ),
            # What a person's tools cost in the last hour, and which tools they used before.
            models.Index(
                fields=["person", "decided_at"],
                name="tool_execution_decided_idx",
                condition=Q(decided_at__isnull=False),
            ),
            # What was decided lately, beside the queue.
            models.Index(
                fields=["project", "-decided_at", "-id"],
                name="tool_execution_lately_idx",
                condition=Q(decided_at__isnull=False),
            ),
            models.Index(
                fields=["-decided_at", "-id"],
                name="tool_execution_last_idx",
                condition=Q(decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool_name} {self.pk.hex[-8:]}"
