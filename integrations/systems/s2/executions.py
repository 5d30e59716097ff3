"""Executions of agents, and the tool calls that stand in them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chat.models import AgentRun, ToolExecution
from chat.models.tool_execution import ToolStatus
from integrations.systems.clocks import ClockError, instant
from integrations.systems.declarations import AnyDraft, Draft, Found, Links
from integrations.systems.fields import timed, times
from integrations.systems.row import Row
from integrations.systems.s2.people import person
from integrations.systems.s2.routing import named_agent
from integrations.systems.vocabularies import WORK_STATUS, translated
from projects.models.work_status import WorkStatus

_UTC = ZoneInfo("UTC")
_READ = frozenset({"tool_name", "input", "output", "error", "duration_ms", "timestamp"})


def execution(row: Row, links: Links) -> Iterator[AnyDraft]:
    conversation, todo = links.to(row, "chat_id"), links.to(row, "todo_id")
    name = row.text("agent_name")
    agent = named_agent(links, name)
    context = row.mapping("input_context")
    said = row.mapping("metadata") if "metadata" in row else {}
    calls = row.items("tool_calls") if "tool_calls" in row else _taken_list(said, "tool_calls")
    broken = [call for call in calls if not isinstance(call, dict)]
    if broken:
        row.flag("unreadable_tool_calls")
        row.keep("tool_calls", broken)
    if parent := row.raw("parent_execution_id"):
        row.keep("parent_execution_id", str(parent))
    moments, started, completed = times(row), row.time("started_at"), row.time("completed_at")
    fields: dict[str, Any] = {
        "conversation_id": None if conversation is None else conversation.id,
        "todo_id": None if todo is None else todo.id,
        "agent_id": None if agent is None else agent.id,
        "agent_label": name,
        "status": translated(row, "status", WORK_STATUS, WorkStatus.QUEUED),
        "source_status": row.text("status"),
        "task": row.text("task_description"),
        "input_context": context,
        "thinking": row.text("thinking"),
        "result": row.text("result"),
        "error": row.text("error_message"),
        "input_tokens": row.integer("input_tokens"),
        "output_tokens": row.integer("output_tokens"),
        "llm_calls": row.integer("llm_calls"),
        "duration_ms": row.integer("execution_time_ms"),
        "started_at": started,
        "completed_at": completed,
        **moments,
    }
    fields["metadata"] = {**row.rest(), **said}
    yield Draft(AgentRun, fields, links.main)
    author = asker(row, links, context)
    origin = {
        "agent_run_id": links.id(row),
        "conversation_id": None if conversation is None else conversation.id,
        "person_id": None if author is None else author.id,
    }
    for index, call in enumerate(calls):
        if isinstance(call, dict):
            began = started or moments.get("created_at")
            yield _tool_call(row, links, call, f"tool_calls/{index}", origin, began)


def asker(row: Row, links: Links, context: Any) -> Found | None:
    """On whose behalf an execution ran, as its context says."""
    word = context.get("created_by") if isinstance(context, Mapping) else None
    return person(row, links, word) if isinstance(word, str) else None


def _taken_list(values: dict[str, Any], name: str) -> list[Any]:
    return values.pop(name) if isinstance(values.get(name), list) else []


def _tool_call(
    row: Row,
    links: Links,
    call: Mapping[str, Any],
    part: str,
    origin: Mapping[str, UUID | None],
    began: datetime | None,
) -> Draft:
    """A call that ran: upstream writes it down when it has ended, with or without an error."""
    others = {name: value for name, value in call.items() if name not in _READ and value is not None}
    try:
        recorded = instant(call.get("timestamp"), _UTC)
    except ClockError:
        row.flag("unreadable_clock")
        recorded, others["timestamp"] = None, call.get("timestamp")
    duration = call.get("duration_ms")
    if not isinstance(duration, int) or isinstance(duration, bool) or duration < 0:
        if duration is not None:
            row.flag("unreadable_number")
            others["duration_ms"] = duration
        duration = None
    error = call.get("error")
    known, once = timed(links, row, "requested_at", recorded or began)
    return Draft(
        ToolExecution,
        {
            **origin,
            "tool_name": str(call.get("tool_name") or "unknown"),
            "parameters": call.get("input"),
            "result": call.get("output"),
            "status": ToolStatus.FAILED if error else ToolStatus.COMPLETED,
            "error": error if isinstance(error, str) else "" if error is None else str(error),
            "duration_ms": duration,
            **known,
            **({} if recorded is None else {"created_at": recorded, "updated_at": recorded}),
            "metadata": others,
        },
        links.main,
        part=part,
        once=once,
    )
