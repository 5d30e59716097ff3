"""Tool calls as cards: what is asked, by whom, why it waits, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import User
from chat.approvals.rules import NEW_TOOL, NO_POLICY, OVER_CALL_LIMIT, OVER_HOURLY_LIMIT, UNKNOWN_COST
from chat.models import AgentRun, Conversation, Tool, ToolExecution
from chat.names import conversation_names
from chat.pages.calls import sums_of
from chat.pages.parameters import Shown, shown
from core.numbers import duration_text
from core.permissions import Action, may

LARGE = ("parameters", "result", "error")
"""Columns that cards do not need of every row."""

RISK_KINDS = {Tool.Risk.READ_ONLY: "ok", Tool.Risk.LOW: "info", Tool.Risk.HIGH: "danger"}
_WAIT_KINDS = {
    NEW_TOOL: "info",
    NO_POLICY: "info",
    OVER_CALL_LIMIT: "warn",
    OVER_HOURLY_LIMIT: "warn",
    UNKNOWN_COST: "warn",
}


@dataclass(frozen=True, slots=True)
class Why:
    """Why it waits: "New tool", "No call of …", and the note's kind: "info", "warn" or "danger"."""

    head: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Card:
    """`is_readable`: the reader may see words; else parameters and reasons are left out of the value itself.

    `spent` is what the conversation's model calls cost so far, None when unknown or without a conversation.
    """

    execution: ToolExecution
    risk: str
    risk_kind: str
    waits: str
    agent: str
    conversation_id: UUID | None
    conversation_name: str
    spent: Decimal | None
    why: Why | None
    parameters: Shown | None
    reason: str
    is_readable: bool
    is_waiting: bool
    may_decide: bool


def cards_of(executions: Sequence[ToolExecution], user: User, now: datetime) -> tuple[Card, ...]:
    """In the order given. `executions` are visible to `user` and carry their project and person."""
    readable = _parameters(executions, user)
    risks = _risks(executions)
    conversations = _conversations(executions)
    names = conversation_names(conversations.values(), user)
    spent = sums_of(list(conversations.values()))
    agents = _run_agents(executions)
    cards = []
    for execution in executions:
        conversation = conversations.get(execution.conversation_id) if execution.conversation_id else None
        risk = risks.get((execution.project_id, execution.tool_name), Tool.Risk.HIGH)
        is_waiting = execution.status == ToolExecution.Status.PENDING
        is_readable = execution.pk in readable
        cards.append(
            Card(
                execution=execution,
                risk=str(Tool.Risk(risk).label).partition(":")[0].lower(),
                risk_kind=RISK_KINDS[Tool.Risk(risk)],
                waits=waiting_text(execution.requested_at, now),
                agent=(conversation.agent_label if conversation else "")
                or (agents.get(execution.agent_run_id, "") if execution.agent_run_id else ""),
                conversation_id=conversation.pk if conversation else None,
                conversation_name=names[conversation.pk] if conversation else "",
                spent=spent[conversation.pk].cost if conversation and conversation.pk in spent else None,
                why=_why(execution) if is_waiting else None,
                parameters=shown(readable.get(execution.pk)),
                reason=execution.decision_rule if is_readable else "",
                is_readable=is_readable,
                is_waiting=is_waiting,
                may_decide=may(user, Action.DECIDE_TOOL_CALLS, execution.project_id),
            )
        )
    return tuple(cards)


def waiting_text(since: datetime, now: datetime) -> str:
    """ "18 min"."""
    seconds = max(0, int((now - since).total_seconds()))
    return duration_text(seconds * 1000) if seconds >= 60 else "less than a minute"


def _why(execution: ToolExecution) -> Why | None:
    because = execution.metadata.get("waits_because") if isinstance(execution.metadata, dict) else None
    if not isinstance(because, str) or not because:
        return None
    head, _, text = because.removesuffix(".").partition(". ")
    return Why(head, text, _WAIT_KINDS.get(head, "danger"))


def _parameters(executions: Sequence[ToolExecution], user: User) -> dict[UUID, Any]:
    """Of those whose words `user` may read."""
    readable = ToolExecution.objects.readable_by(user).filter(
        project_id__in={execution.project_id for execution in executions},
        pk__in=[execution.pk for execution in executions],
    )
    return dict(readable.order_by().values_list("pk", "parameters"))


def _risks(executions: Sequence[ToolExecution]) -> dict[tuple[UUID, str], str]:
    tools = Tool.objects.filter(
        project_id__in={execution.project_id for execution in executions},
        name__in={execution.tool_name for execution in executions},
    )
    return {(project, name): risk for project, name, risk in tools.values_list("project_id", "name", "risk")}


def _conversations(executions: Sequence[ToolExecution]) -> dict[UUID, Conversation]:
    talks = Conversation.objects.filter(
        project_id__in={execution.project_id for execution in executions},
        pk__in={execution.conversation_id for execution in executions if execution.conversation_id},
    ).only("project_id", "agent_label")
    return {conversation.pk: conversation for conversation in talks}


def _run_agents(executions: Sequence[ToolExecution]) -> dict[UUID, str]:
    runs = AgentRun.objects.filter(
        project_id__in={execution.project_id for execution in executions},
        pk__in={execution.agent_run_id for execution in executions if execution.agent_run_id},
    )
    return dict(runs.values_list("pk", "agent_label"))
