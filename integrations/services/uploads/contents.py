"""What a file of usage holds, added up while a preview reads it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from integrations.sources.parsed import ParsedUsage

MOST_GROUPS = 50
_MOST_KEPT = 5_000
"""Groups that are told apart while reading; a file with more has its later ones added up as one."""


@dataclass(slots=True)
class GroupSum:
    """Calls of one project, provider and model; tokens are None while no call of it knew them."""

    calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None

    def add(self, calls: int, input_tokens: int | None, output_tokens: int | None) -> None:
        self.calls += calls
        self.input_tokens = _plus(self.input_tokens, input_tokens)
        self.output_tokens = _plus(self.output_tokens, output_tokens)


@dataclass(slots=True)
class Contents:
    """Every call that was read, repeats too: what the file says, not what would be booked."""

    groups: dict[tuple[str, str, str], GroupSum] = field(default_factory=dict)
    other: GroupSum = field(default_factory=GroupSum)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, call: ParsedUsage) -> None:
        event = call.event
        key = (call.project_name, event.provider, event.model)
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= _MOST_KEPT:
                group = self.other
            else:
                group = self.groups[key] = GroupSum()
        group.add(1, event.input_tokens, event.output_tokens)
        self.first = event.occurred_at if self.first is None else min(self.first, event.occurred_at)
        self.last = event.occurred_at if self.last is None else max(self.last, event.occurred_at)

    def as_json(self) -> dict[str, object]:
        """The largest groups one by one; `other` is the sum of the rest, or None."""
        ranked = sorted(self.groups.items(), key=lambda item: (-item[1].calls, item[0]))
        rest = _sum([*(group for _, group in ranked[MOST_GROUPS:]), self.other])
        return {
            "first": None if self.first is None else self.first.isoformat(),
            "last": None if self.last is None else self.last.isoformat(),
            "groups": [
                {"project": project, "provider": provider, "model": model, **_figures(group)}
                for (project, provider, model), group in ranked[:MOST_GROUPS]
            ],
            "other": _figures(rest) if rest.calls else None,
        }


def _sum(groups: Iterable[GroupSum]) -> GroupSum:
    total = GroupSum()
    for group in groups:
        total.add(group.calls, group.input_tokens, group.output_tokens)
    return total


def _figures(group: GroupSum) -> dict[str, int | None]:
    return {"calls": group.calls, "input_tokens": group.input_tokens, "output_tokens": group.output_tokens}


def _plus(total: int | None, more: int | None) -> int | None:
    return total if more is None else (total or 0) + more
