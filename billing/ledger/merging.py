"""One row of what several observers told of a call: the best report, its gaps filled by the others."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from billing.ledger.decide import Group
from billing.ledger.events import UsageEvent
from billing.models import TokenUsage
from billing.models.token_usage import TOKEN_COLUMNS

_CONTEXT = (
    "person_id",
    "person_label",
    "agent_id",
    "agent_label",
    "agent_run_id",
    "job_id",
    "conversation_id",
    "message_id",
    "session_id",
    "environment",
    "tags",
)
"""On whose behalf: an SDK does not know, the framework around it does, and so may a wrapper."""

_FIGURES = (
    *TOKEN_COLUMNS,
    "web_search_requests",
    "service_tier",
    "reported_cost",
    "time_to_first_token_ms",
    "latency_ms",
    "service",
    "response_id",
    "request_id",
)

_WHOLES = {
    "cache_write_1h_tokens": "cache_write_tokens",
    "input_audio_tokens": "input_tokens",
    "reasoning_tokens": "output_tokens",
    "output_audio_tokens": "output_tokens",
}
_EMPTY: tuple[Any, ...] = (None, "", [])


def merged_values(group: Group) -> dict[str, Any]:
    """Column → value of the call, as the best report has it; columns that it leaves empty come from the next
    that has them, unless a part would then exceed its whole."""
    best = group.best
    values = {name: getattr(best, name) for name in (*_CONTEXT, *_FIGURES)}
    for other in (report for report, _ in group.others):
        _fill(values, other, _FIGURES)
    for other in (*(report for report, _ in group.others), *group.wrappers):
        _fill(values, other, _CONTEXT)
    return values


def adds_to(values: dict[str, Any], best: TokenUsage) -> bool:
    """Whether the merged values say more than the best report alone."""
    return any(getattr(best, name) != value for name, value in values.items())


def merged_event(group: Group, values: dict[str, Any]) -> UsageEvent:
    """The merged call as an event: priced and written as any other."""
    known = {field.name for field in fields(UsageEvent)}
    columns = {
        name: getattr(group.best, name)
        for name in known
        if name not in {"dedup_scope", "dedup_time", "tags"} and hasattr(group.best, name)
    }
    columns |= {name: value for name, value in values.items() if name != "tags"}
    return UsageEvent(
        **columns,
        tags=tuple(values["tags"] or ()),
        dedup_scope="merged",
        dedup_time=group.best.occurred_at,
    )


def _fill(values: dict[str, Any], other: TokenUsage, names: Iterable[str]) -> None:
    for name in names:
        value = getattr(other, name)
        if values[name] in _EMPTY and value not in _EMPTY and _is_consistent(values | {name: value}):
            values[name] = value


def _is_consistent(values: dict[str, Any]) -> bool:
    """Whether no part exceeds its whole."""
    cached = (values["cache_read_tokens"] or 0) + (values["cache_write_tokens"] or 0)
    if values["input_tokens"] is not None and cached > values["input_tokens"]:
        return False
    return all(
        values[part] is None or values[whole] is None or values[part] <= values[whole]
        for part, whole in _WHOLES.items()
    )
