"""Trees of messages: which path the reader saw last, and in which order the branches beside it stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paths:
    """Keys of messages: the active path from its first message on, then all others, branch by branch."""

    active: tuple[str, ...]
    beside: tuple[str, ...]


def paths_of(parents: Mapping[str, str], leaf: str) -> Paths:
    """`parents`: key → its parent's key, in the export's order; a parent that is no key is none.

    Circles, which damaged exports have, are passed once.
    """
    active: list[str] = []
    passed: set[str] = set()
    above = leaf
    while above in parents and above not in passed:
        passed.add(above)
        active.append(above)
        above = parents[above]
    children: dict[str, list[str]] = {}
    for key, parent in parents.items():
        children.setdefault(parent if parent in parents and parent != key else "", []).append(key)
    beside: dict[str, None] = {}
    # Roots first; what hangs in a circle has none.
    for root in [*children.get("", ()), *parents]:
        waiting = [root]
        while waiting:
            key = waiting.pop()
            if key not in beside:
                beside[key] = None
                waiting.extend(reversed(children.get(key, ())))
    return Paths(tuple(reversed(active)), tuple(key for key in beside if key not in passed))


def kept_parents(parents: Mapping[str, str], kept: Iterable[str]) -> dict[str, str]:
    """Each kept key → its nearest ancestor that is kept too, or ""."""
    wanted = set(kept)
    found = {}
    for key in wanted:
        passed = {key}
        above = parents.get(key, "")
        while above in parents and above not in wanted and above not in passed:
            passed.add(above)
            above = parents[above]
        found[key] = above if above in wanted and above not in passed else ""
    return found


def count_branches(parents: Mapping[str, str], beside: Iterable[str]) -> int:
    """How many ends there are beside the active path."""
    beside = set(beside)
    return len(beside - {parents.get(key, "") for key in beside})
