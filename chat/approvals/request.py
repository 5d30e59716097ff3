"""A model asks for a tool."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Person
from chat.approvals.evaluate import evaluate
from chat.approvals.rules import NO_POLICY, Verdict
from chat.approvals.steps import approve_by_policy
from chat.models import AgentRun, AutoApprovalPolicy, Conversation, Message, ToolExecution
from core.database import in_transaction
from projects.models import Project


def request_execution(
    *,
    project: Project,
    tool_name: str,
    parameters: Any = None,
    person: Person | None = None,
    conversation: Conversation | None = None,
    message: Message | None = None,
    agent_run: AgentRun | None = None,
    cost: Decimal | None = None,
    now: datetime | None = None,
) -> ToolExecution:
    """Write down the call, and approve it if the person's policy does; else it waits for the staff.

    `cost`: what the call is expected to cost, in dollars. Why it waits is `metadata["waits_because"]`.
    Raises ValidationError when the conversation, message or run is of another project, or no tool is named.
    """
    moment = now or timezone.now()
    for belonging in (conversation, message, agent_run):
        if belonging is not None and belonging.project_id != project.pk:
            raise ValidationError(f"{belonging} belongs to another project.", code="project")

    def write() -> ToolExecution:
        execution = ToolExecution(
            project=project,
            tool_name=tool_name.strip(),
            parameters=parameters,
            person=person,
            conversation=conversation,
            message=message,
            agent_run=agent_run,
            cost=cost,  # type: ignore[misc]
            requested_at=moment,
        )
        policy = _locked_policy(person)
        answer = (
            Verdict(False, f"{NO_POLICY}. Without one, somebody decides on every call.")
            if policy is None
            else evaluate(execution, policy, moment)
        )
        if not answer.is_allowed:
            execution.metadata = {"waits_because": answer.rule}
        execution.clean_fields(exclude=["project", "person", "conversation", "message", "agent_run"])
        execution.save(force_insert=True)
        if answer.is_allowed:
            approve_by_policy(execution, str(person), answer.rule, now=moment)
        return execution

    return in_transaction(write)


def _locked_policy(person: Person | None) -> AutoApprovalPolicy | None:
    """The person's policy, kept from others until the transaction ends.

    Two calls at once would each find room under the hourly limit. On SQLite the transaction itself has kept
    other writers out since it began.
    """
    if person is None:
        return None
    policy: AutoApprovalPolicy | None = (
        AutoApprovalPolicy.objects.select_for_update().filter(person=person).first()
    )
    return policy
