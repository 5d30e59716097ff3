"""Agents and their tools, which have tables of their own since migration 005."""

from collections.abc import Iterator

from chat.models import Tool
from integrations.systems.declarations import AnyDraft, Draft, Found, Links
from integrations.systems.fields import times
from integrations.systems.row import Row
from projects.models import Agent


def agent(row: Row, links: Links) -> Iterator[AnyDraft]:
    """An agent; its name is its key, so that executions which met it first have made the same row."""
    fields = {
        "name": row.text("name"),
        "display_name": row.text("display_name"),
        "description": row.text("description"),
        "keywords": row.items("keywords"),
        "settings": {"regex_patterns": row.items("regex_patterns")},
        "status": Agent.Status.INACTIVE if row.boolean("enabled") is False else Agent.Status.ACTIVE,
        "priority": row.integer("priority"),
        **times(row),
    }
    fields["metadata"] = row.rest()
    yield Draft(Agent, fields, links.main)


def named_agent(links: Links, name: str) -> Found | None:
    """The agent of this name, made when it is met for the first time."""
    if not name:
        return None
    project_id = links.main
    return links.shared("agent", name, lambda: Draft(Agent, {"name": name}, project_id))


def tool(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A tool. Two agents may have one of the same name: the second is told apart by its agent's."""
    owner = named_agent(links, row.text("agent_name"))
    name = own_name = row.text("tool_name")
    is_first = links.claim(row, "tool_name", name)
    if not is_first:
        row.flag("tool_name_taken")
        row.keep("tool_name", own_name)
        name = f"{own_name} ({row.text('agent_name')})"
    fields = {
        "name": name,
        "agent_id": None if owner is None else owner.id,
        "description": row.text("description"),
        "input_schema": row.mapping("input_schema"),
        **times(row),
    }
    fields["metadata"] = row.rest()
    yield Draft(Tool, fields, links.main, adopts={"name": name})
    if is_first:
        yield Draft(Tool, {}, links.main, into=links.id(row), remembered_as=("tool_name", own_name))
