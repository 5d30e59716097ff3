"""What agents remember: `agent_memories` and their relations, later `memory` with three tables of sharers.

A memory here belongs to an agent. One of `memory` belongs to the first agent that `agent_memory` names, or to
its maker when that is an agent; one that only people or teams keep is refused.
"""

from collections.abc import Iterator
from typing import Any

from chat.models import AgentMemory, MemoryRelation
from chat.models.agent_memory import MemoryImportance, MemoryKind
from integrations.systems.declarations import AnyDraft, Draft, Links, RefusedError
from integrations.systems.fields import times
from integrations.systems.row import Row
from integrations.systems.s3.agents import agent_of
from integrations.systems.vocabularies import translated
from projects.models import Agent

_KINDS = {kind: kind for kind in MemoryKind.values}
_IMPORTANCE = {importance: importance for importance in MemoryImportance.values}
_KEEPERS = "memory.agent"
_METADATA = frozenset({"metadata"})


def agent_memory(row: Row, links: Links) -> Iterator[AnyDraft]:
    agent, person = links.to(row, "agent_id"), links.to(row, "user_id")
    if agent is None:
        raise RefusedError("agent_id: there is no such agent")
    talk = links.to(row, "conversation_id")
    if talk is not None and talk.project_id != agent.project_id:
        row.flag("other_project")
        row.keep("conversation_id", row.text("conversation_id"))
        talk = None
    archived = row.time("archived_at")
    if row.boolean("is_archived") and archived is None:
        row.flag("no_archive_time")
        archived = row.time("updated_at")
    used = row.integer("access_count")
    yield Draft(
        AgentMemory,
        {
            "agent_id": agent.id,
            "person_id": None if person is None else person.id,
            "conversation_id": None if talk is None else talk.id,
            "kind": translated(row, "type", _KINDS, MemoryKind.OTHER, empty=MemoryKind.CONVERSATION),
            "source_kind": row.text("type"),
            "content": row.text("content"),
            "summary": row.text("summary"),
            "importance": translated(row, "importance", _IMPORTANCE, MemoryImportance.MEDIUM),
            "importance_score": row.number("importance_score"),
            "access_count": 0 if used is None else used,
            "last_accessed_at": row.time("last_accessed_at"),
            "keywords": row.items("keywords"),
            "archived_at": archived,
            **times(row),
            "metadata": {**row.mapping("metadata"), **row.rest()},
        },
        agent.project_id,
    )


def relation(row: Row, links: Links) -> Iterator[AnyDraft]:
    memory, other = links.to(row, "source_memory_id"), links.to(row, "target_memory_id")
    if memory is None or other is None:
        raise RefusedError("source_memory_id, target_memory_id: there is no such memory")
    fields = {
        "memory_id": memory.id,
        "other_id": other.id,
        "relation": row.text("relation_type"),
        "strength": row.number("strength"),
        **times(row),
    }
    yield Draft(MemoryRelation, fields, memory.project_id)


def keeper(row: Row, links: Links) -> tuple[()]:
    """Ahead of the memories: which agent keeps one, told by the first row of `agent_memory` that names it.

    The agent is the user of its id.
    """
    person = links.maybe(row, "agent_id")
    agent = agent_of(links, None if person is None else person.id)
    if agent is not None:
        keeps = Draft(Agent, {}, agent.project_id, into=agent.id)
        links.shared(_KEEPERS, row.text("memory_id"), lambda: keeps)
    return ()


def memory(row: Row, links: Links) -> Iterator[AnyDraft]:
    maker = links.to(row, "created_by")
    agent = links.met(_KEEPERS, row.text("id")) or agent_of(links, None if maker is None else maker.id)
    if agent is None:
        raise RefusedError("no agent keeps this memory")
    yield Draft(
        AgentMemory,
        {
            "agent_id": agent.id,
            "person_id": None if maker is None else maker.id,
            "kind": MemoryKind.OTHER,
            "content": row.text("content"),
            **times(row),
            "metadata": row.rest(),
        },
        agent.project_id,
        merged=_METADATA,
    )


def sharer(row: Row, links: Links) -> Iterator[AnyDraft]:
    """An agent or project that has a part in a memory: told in the memory's metadata."""
    found = links.to(row, "memory_id")
    if found is None:
        raise RefusedError("memory_id: there is no such memory")
    column = row.first("agent_id", "project_id")
    shared: dict[str, Any] = {f"{row.table} {row.text(column)}": row.text(column)}
    yield Draft(AgentMemory, {"metadata": shared}, found.project_id, into=found.id, merged=_METADATA)
