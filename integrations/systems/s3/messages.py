"""messages, and what `llm_messages` adds to them: the role, tool calls and the model's own account.

No release of the application writes `llm_messages.metadata`; its shape (provider, model, usage) is that of
databases seen in the field. Tool calls have no status there: a call that stands in a transcript was made.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Person
from billing.ledger.events import UsageEvent
from chat.models import Message, ToolExecution
from chat.models.tool_execution import ToolStatus
from integrations.systems.declarations import AnyDraft, Draft, Found, Links, RefusedError, UsageDraft
from integrations.systems.fields import timed, times
from integrations.systems.row import Row
from integrations.systems.s3.agents import agent_of
from integrations.systems.s3.people import author
from integrations.systems.s3.rooms import room_of
from integrations.systems.s3.usage import call, counts
from integrations.systems.vocabularies import ROLES, translated

MESSAGE_FIELDS = ("conversation_id", "author_id", "author_label", "sent_at", "content")
AUTHOR_COLUMNS = ("author_id", "sender_id", "owner_id")
_METADATA = frozenset({"metadata"})


def message(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A message; its role follows from who wrote it, until its row in `llm_messages` says better."""
    room = room_of(row, links)
    writer = author(row, links, row.first(*AUTHOR_COLUMNS))
    moments = times(row)
    known, once = timed(
        links,
        row,
        "sent_at",
        moments.get("created_at"),
        moments.get("updated_at"),
        room.values.get("started_at"),
    )
    once["author_label"] = "" if writer is None else writer.label
    fields = {
        "conversation_id": room.id,
        "author_id": None if writer is None else writer.id,
        "content": row.text("content"),
        **known,
        **moments,
    }
    if "author_id" in row and row.values.get("owner_id"):
        row.keep("owner_id", row.text("owner_id"))
    fields["metadata"] = row.rest()
    role = Message.Role.OTHER
    if writer is not None:
        is_human = writer.values.get("kind") == Person.Kind.HUMAN
        role = Message.Role.USER if is_human else Message.Role.ASSISTANT
    yield Draft(Message, fields, room.project_id, once={**once, "role": role}, merged=_METADATA)


def llm_message(row: Row, links: Links) -> Iterator[AnyDraft]:
    """What the model was sent or answered with this message."""
    found = links.to(row, "message_id")
    if found is None or found.project_id is None:
        raise RefusedError("message_id: there is no such message")
    said, calls = row.mapping("metadata"), row.items("tool_calls")
    role = translated(row, "role", ROLES, Message.Role.OTHER)
    clocks = times(row)
    own: dict[str, Any] = {name: time.isoformat() for name, time in clocks.items()}
    content = row.text("content") if "content" in row else ""
    if content and content != found.values["content"]:
        row.keep("content", content)
    provider, model = str(said.get("provider") or ""), str(said.get("model") or "")
    fields: dict[str, Any] = {
        "role": role,
        "source_role": row.text("role"),
        "provider": provider,
        "model": model,
        "parts": [_part(each) for each in calls if isinstance(each, dict)],
    }
    if not links.claim(row, "llm_message_of", str(found.id)):
        row.flag("second_llm_message")
        own |= fields
        fields = {}
    moment = clocks.get("created_at", found.values["sent_at"])
    told = {name: value for name, value in said.items() if name not in ("provider", "model")}
    fields["metadata"] = {**told, f"llm_message {row.text('id')}": {**row.rest(), **own}}
    yield Draft(Message, fields, found.project_id, into=found.id, merged=_METADATA)
    for number, each in enumerate(calls):
        if isinstance(each, dict):
            yield _tool_call(row, found, each, number, moment, clocks)
        else:
            row.flag("unreadable_tool_calls")
    usage = said.get("usage")
    if isinstance(usage, dict):
        yield UsageDraft(
            _call(row, links, found, usage, provider=provider, model=model, moment=moment), part="usage"
        )


def _call(
    row: Row,
    links: Links,
    found: Found,
    usage: dict[str, Any],
    *,
    provider: str,
    model: str,
    moment: datetime,
) -> UsageEvent:
    """Spent by the agent that wrote the message, else by the person."""
    agent = agent_of(links, found.values["author_id"])
    return call(
        row,
        usage,
        counts(row, usage),
        provider=provider,
        model=model,
        occurred_at=moment,
        project_id=found.project_id,  # type: ignore[arg-type]  # a message always has one
        agent=agent,
        person_id=found.values["author_id"] if agent is None else None,
        person_label=found.values["author_label"] if agent is None else "",
        conversation_id=found.values["conversation_id"],
        message_id=found.id,
    )


def _tool_call(
    row: Row, found: Found, each: dict[str, Any], number: int, moment: datetime, clocks: Mapping[str, Any]
) -> Draft:
    row.flag("no_tool_status")
    name, arguments = _name(each), _arguments(each)
    return Draft(
        ToolExecution,
        {
            "conversation_id": found.values["conversation_id"],
            "message_id": found.id,
            "tool_name": name or "unknown",
            "parameters": arguments,
            "result": each.get("result"),
            "status": ToolStatus.COMPLETED,
            "requested_at": moment,
            **clocks,
            "metadata": {"id": key} if (key := each.get("id") or each.get("toolCallId")) else {},
        },
        found.project_id,
        part=f"tool_calls/{number}",
    )


def _part(each: dict[str, Any]) -> dict[str, Any]:
    """The call as a part of its message."""
    return {"type": "tool_call", "name": _name(each), "arguments": _arguments(each)}


def _name(each: dict[str, Any]) -> str:
    """The tool's name: OpenAI's calls wrap it in `function`, the AI SDK's call it `toolName`."""
    inner = each.get("function")
    wrapped = inner.get("name") if isinstance(inner, dict) else None
    return str(each.get("name") or each.get("toolName") or wrapped or "")


def _arguments(each: dict[str, Any]) -> Any:
    inner = each.get("function")
    wrapped = inner.get("arguments") if isinstance(inner, dict) else None
    given = next((each[name] for name in ("arguments", "args", "input") if name in each), wrapped)
    if isinstance(given, str):
        try:
            return json.loads(given, parse_constant=str)
        except ValueError:
            return given
    return given
