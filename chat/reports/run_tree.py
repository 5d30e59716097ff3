"""A run of an agent among those that it belongs to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chat.models import AgentRun

MOST = 200
"""Runs that a page shows."""
_TEXTS = ("task", "input_context", "thinking", "result", "error", "metadata")


@dataclass(frozen=True, slots=True)
class Branch:
    """`depth` is 0 for the tree's first run; `is_here` marks the one whose tree was asked for."""

    run: AgentRun
    depth: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class RunTree:
    """Each run before those that it delegated, oldest first. `is_whole`: none was left out."""

    branches: tuple[Branch, ...]
    is_whole: bool


def run_tree(run: AgentRun) -> RunTree:
    """The whole tree in which `run` stands, or its first runs: a query for each level."""
    runs = AgentRun.objects.filter(project_id=run.project_id).defer(*_TEXTS)
    top = _top(run, runs)
    below: defaultdict[UUID | None, list[AgentRun]] = defaultdict(list)
    known = {top.pk}
    level = [top]
    while level and len(known) <= MOST:
        found = runs.filter(parent_id__in=[each.pk for each in level]).order_by("created_at", "id")
        level = [each for each in found[: MOST + 1] if each.pk not in known]
        for each in level:
            below[each.parent_id].append(each)
        known |= {each.pk for each in level}
    branches = _branches(top, below, run.pk)
    return RunTree(tuple(branches[:MOST]), len(branches) <= MOST)


def _top(run: AgentRun, runs: "QuerySet[Any]") -> AgentRun:
    """The run above all others; where an import brought a circle, the last before it closes."""
    passed = {run.pk}
    while run.parent_id is not None and run.parent_id not in passed:
        above = runs.filter(pk=run.parent_id).first()
        if above is None:
            break
        passed.add(above.pk)
        run = above
    return run


def _branches(top: AgentRun, below: Mapping[UUID | None, Sequence[AgentRun]], here: UUID) -> list[Branch]:
    branches: list[Branch] = []
    waiting = [(top, 0)]
    while waiting:
        run, depth = waiting.pop()
        branches.append(Branch(run, depth, run.pk == here))
        waiting += [(each, depth + 1) for each in reversed(below.get(run.pk, ()))]
    return branches
