"""Conversations: what was said, which tools ran, where the context was cut."""

from collections.abc import Iterator
from typing import Any

from billing.pricing.providers import canonical_provider
from chat.models import ContextOptimization, Conversation, Message, ToolExecution
from chat.models.context_optimization import OptimizationStrategy, OptimizationTrigger
from chat.models.tool_execution import ToolStatus
from integrations.systems.declarations import AnyDraft, Draft, Found, Links, RefusedError
from integrations.systems.fields import money, not_negative, timed, times
from integrations.systems.row import Row
from integrations.systems.vocabularies import ROLES, translated

_TOOL_STATUS = {
    **{status: status for status in ToolStatus.values},
    "approval_required": ToolStatus.PENDING,
    "canceled": ToolStatus.CANCELLED,
}
_TRIGGERS = {word: word for word in OptimizationTrigger.values}
_STRATEGIES = {word: word for word in OptimizationStrategy.values}
_RECORDED_BY = "recorded by {}"


def conversation(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    moments = times(row)
    start, last = moments.get("created_at"), moments.get("updated_at")
    fields: dict[str, Any] = {
        "person_id": None if person is None else person.id,
        "title": row.text("title"),
        "provider": canonical_provider(row.text("provider")),
        "model": row.text("model"),
        "system_prompt": row.text("system_prompt"),
        "context_window": row.integer("context_window_size"),
        "source": links.source_name,
        "external_id": links.key(row),
        **moments,
    }
    if start is not None and last is not None:
        once = {}
        fields |= {"started_at": start, "last_activity_at": max(start, last)}
    else:
        moment = links.time_of(row, start, last)
        once = {"started_at": moment, "last_activity_at": moment}
    settings = row.mapping("auto_approval_settings")
    metadata = {**row.mapping("metadata"), **({"auto_approval_settings": settings} if settings else {})}
    fields["metadata"] = {**row.rest(), **metadata}
    yield Draft(Conversation, fields, project_id=links.main, once=once)


def message(row: Row, links: Links) -> Iterator[AnyDraft]:
    conversation = _its_conversation(row, links)
    known, once = timed(links, row, "sent_at", row.time("created_at"), conversation.values["started_at"])
    role = translated(row, "role", ROLES, Message.Role.OTHER)
    said = row.mapping("provider_metadata")
    fields = {
        "conversation_id": conversation.id,
        "role": role,
        "source_role": row.text("role"),
        "content": row.text("content"),
        "provider": canonical_provider(str(said.get("provider") or "")),
        "model": str(said.get("model") or ""),
        "token_count": row.integer("token_count"),
        "attachments": [
            {"kind": kind, "value": value}
            for kind, column in (("image", "images"), ("file", "files"))
            for value in row.items(column)
        ],
        **known,
        **times(row),
        "metadata": said,
    }
    fields["metadata"] = {**row.rest(), **said}
    is_mine = role == Message.Role.USER
    if is_mine:
        fields["author_id"] = conversation.values["person_id"]
    yield Draft(Message, fields, project_id=conversation.project_id, once=once)


def _its_conversation(row: Row, links: Links) -> Found:
    conversation = links.to(row, "conversation_id")
    if conversation is None:
        raise RefusedError("conversation_id: there is no such conversation")
    return conversation


def tool_execution(row: Row, links: Links) -> Iterator[AnyDraft]:
    conversation = _its_conversation(row, links)
    message = links.to(row, "message_id")
    status = translated(row, "status", _TOOL_STATUS, ToolStatus.PENDING)
    asked, decided, made = row.time("approval_requested_at"), row.time("approved_at"), row.time("created_at")
    known, once = timed(links, row, "requested_at", asked or made, conversation.values["started_at"])
    if status == ToolStatus.PENDING and decided is not None:
        row.flag("decided_but_waiting")
        row.keep("approved_at", decided.isoformat())
        decided = None
    if status == ToolStatus.APPROVED and decided is None:
        row.flag("decided_without_time")
    yield Draft(
        ToolExecution,
        {
            "conversation_id": conversation.id,
            "message_id": None if message is None else message.id,
            "person_id": conversation.values["person_id"],
            "tool_name": row.text("tool_name") or "unknown",
            "parameters": row.json("parameters"),
            "result": row.json("result"),
            "status": status,
            "source_status": row.text("status"),
            **known,
            "decided_at": decided,
            "decided_by": "" if decided is None else _RECORDED_BY.format(links.source_name),
            "executed_at": row.time("executed_at"),
            "completed_at": row.time("completed_at"),
            "duration_ms": not_negative(row, "execution_time_ms"),
            "cost": money(row, "cost"),
            "error": row.text("error_message"),
            **times(row),
            "metadata": row.rest(),
        },
        project_id=conversation.project_id,
        once=once,
    )


def optimization(row: Row, links: Links) -> Iterator[AnyDraft]:
    conversation = _its_conversation(row, links)
    before, after = row.integer("tokens_before"), row.integer("tokens_after")
    if before is None or after is None:
        raise RefusedError("tokens_before, tokens_after: missing")
    known, once = timed(links, row, "occurred_at", row.time("created_at"), conversation.values["started_at"])
    affected = row.items("affected_messages")
    if links.absent("messages", {str(message) for message in affected}):
        row.flag("missing_messages")
    yield Draft(
        ContextOptimization,
        {
            "conversation_id": conversation.id,
            "trigger": translated(row, "trigger_reason", _TRIGGERS, OptimizationTrigger.OTHER),
            "source_trigger": row.text("trigger_reason"),
            "strategy": translated(row, "optimization_type", _STRATEGIES, OptimizationStrategy.OTHER),
            "source_strategy": row.text("optimization_type"),
            "tokens_before": before,
            "tokens_after": after,
            "summary": row.text("summary"),
            "affected_messages": affected,
            **known,
            **times(row),
            "metadata": row.rest(),
        },
        project_id=conversation.project_id,
        once=once,
    )
