"""Tasks that people and agents hand each other."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chat.models import Todo
from chat.models.todo import DONE, TodoStatus
from integrations.systems.declarations import AnyDraft, Draft, Links
from integrations.systems.fields import not_negative
from integrations.systems.row import Row
from integrations.systems.s2.people import person
from integrations.systems.s2.talk import clocks
from integrations.systems.vocabularies import translated

_STATUS = {**{status: status for status in TodoStatus.values}, "canceled": TodoStatus.CANCELLED}


def todo(row: Row, links: Links) -> Iterator[AnyDraft]:
    conversation = links.to(row, "chat_id")
    status = translated(row, "status", _STATUS, TodoStatus.PENDING)
    created_by = row.text("created_by")
    author = person(row, links, created_by)
    moments, started = clocks(row), row.time("started_at")
    attempts = not_negative(row, "execution_attempts")
    said = row.mapping(row.first("task_metadata", "metadata"))
    if parent := row.raw("parent_todo_id"):
        row.keep("parent_todo_id", str(parent))
    fields: dict[str, Any] = {
        "conversation_id": None if conversation is None else conversation.id,
        "title": row.text("title"),
        "description": row.text("description"),
        "status": status,
        "source_status": row.text("status"),
        "assigned_agent": row.text("assigned_agent"),
        "priority": row.integer("priority"),
        "person_id": None if author is None else author.id,
        "created_by": created_by,
        "result": row.text("result"),
        "error": row.text("error_message"),
        "scheduled_at": row.time("scheduled_at"),
        "started_at": started,
        **({} if attempts is None else {"attempts": attempts}),
        **moments,
    }
    other_times = (moments.get("updated_at"), started, moments.get("created_at"))
    completed_at = _completed_at(row, status, other_times)
    once = {}
    if status in DONE and completed_at is None:
        once["completed_at"] = links.time_of(row, None)
    else:
        fields["completed_at"] = completed_at
    fields["metadata"] = {**row.rest(), **said}
    yield Draft(Todo, fields, links.main, once=once)


def _completed_at(row: Row, status: str, others: tuple[datetime | None, ...]) -> datetime | None:
    """Set exactly when the task is done. Where the source says otherwise, that is flagged and kept.

    A done task without it counts as completed when it last changed, started or was made.
    """
    stated = row.time("completed_at")
    if (status in DONE) == (stated is not None):
        return stated
    row.flag("completed_at_differs")
    if stated is not None:
        row.keep("completed_at", stated.isoformat())
        return None
    return next((time for time in others if time is not None), None)
