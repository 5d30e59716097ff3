"""Todos, runs, memories and files for tests."""

from typing import Any

from chat.models import AgentMemory, AgentRun, ContextOptimization, Todo
from projects.models import Agent, Project
from tests.factories import NOON, make_conversation


def make_todo(project: Project, **fields: Any) -> Todo:
    return Todo.objects.create(**{"project": project, "title": "Call the customer", **fields})


def make_run(project: Project, **fields: Any) -> AgentRun:
    return AgentRun.objects.create(**{"project": project, "agent_label": "Clerk", **fields})


def make_memory(project: Project, **fields: Any) -> AgentMemory:
    if "agent" not in fields:
        fields["agent"], _ = Agent.objects.get_or_create(project=project, name="clerk")
    return AgentMemory.objects.create(**{"project": project, "content": "Likes tea", **fields})


def make_optimization(project: Project, **fields: Any) -> ContextOptimization:
    """From 1,000 to 400 tokens, truncated automatically at noon."""
    given = {
        "project": project,
        "trigger": "auto",
        "strategy": "truncation",
        "tokens_before": 1_000,
        "tokens_after": 400,
        "occurred_at": NOON,
        **fields,
    }
    if "conversation" not in given:
        given["conversation"] = make_conversation(project)
    return ContextOptimization.objects.create(**given)
