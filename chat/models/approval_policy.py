from typing import ClassVar

from django.db import models

from accounts.querysets import PersonLinkedQuerySet
from core.declarations import not_negative
from core.fields import NanoUsdField
from core.models import BaseModel


class AutoApprovalPolicy(BaseModel):
    """Which tool calls of a person need nobody's approval. What no rule allows waits in the queue."""

    person = models.OneToOneField(
        "accounts.Person", on_delete=models.CASCADE, related_name="auto_approval_policy"
    )
    is_active = models.BooleanField(default=True)
    allows_read_only = models.BooleanField(default=False, help_text="Approve tools that change nothing.")
    allows_low_risk = models.BooleanField(default=False, help_text="Approve tools of low risk.")
    allowed_tools = models.JSONField(
        default=list, blank=True, help_text="Names of tools that are approved whatever their risk."
    )
    max_cost_per_tool = NanoUsdField(null=True, blank=True, help_text="US dollars a call. Empty: no limit.")
    max_cost_per_hour = NanoUsdField(
        null=True, blank=True, help_text="US dollars of approved calls in any 60 minutes. Empty: no limit."
    )
    new_tools_need_approval = models.BooleanField(
        default=True, help_text="Ask the first time that the person's models call a tool."
    )
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[PersonLinkedQuerySet] = PersonLinkedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Which tool calls of a person need no approval"
        verbose_name_plural = "auto-approval policies"
        verbose_name = "auto-approval policy"
        constraints = not_negative("approval_policy", "max_cost_per_tool", "max_cost_per_hour")
        indexes = [models.Index(fields=["-updated_at", "-id"], name="approval_policy_latest_idx")]

    def __str__(self) -> str:
        return f"Policy of {self.person}"
