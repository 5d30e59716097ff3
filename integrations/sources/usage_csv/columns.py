"""The columns of our CSV, and the other names that they are known by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

REQUIRED = ("occurred_at", "provider", "model")

ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("call_id", "request_id", "response_id", "generation_id"),
    "occurred_at": ("timestamp", "time", "date", "datetime", "created_at", "ended_at"),
    "provider": ("vendor", "custom_llm_provider"),
    "model": ("model_name",),
    "request_type": ("operation", "call_type"),
    "project": ("project_name",),
    "input_tokens": ("prompt_tokens", "tokens_in"),
    "cache_read_tokens": ("cached_tokens", "cached_input_tokens", "cache_read_input_tokens"),
    "cache_write_tokens": ("cache_creation_tokens", "cache_creation_input_tokens"),
    "cache_write_1h_tokens": ("ephemeral_1h_input_tokens",),
    "input_audio_tokens": ("audio_input_tokens",),
    "output_tokens": ("completion_tokens", "tokens_out"),
    "reasoning_tokens": ("thinking_tokens",),
    "output_audio_tokens": ("audio_output_tokens",),
    "web_search_requests": ("web_searches",),
    "service_tier": (),
    "cost": ("cost_usd", "reported_cost", "spend", "response_cost"),
    "status": (),
    "error_type": ("error", "error_class"),
    "latency_ms": ("duration_ms", "request_duration_ms"),
    "time_to_first_token_ms": ("ttft_ms",),
    "person": ("person_label", "user", "user_email", "end_user"),
    "agent": ("agent_label", "agent_name"),
    "session_id": ("session", "conversation", "conversation_id"),
    "environment": ("env",),
    "tags": ("request_tags",),
}
"""Column → its other names."""

_BY_NAME = {name: column for column, aliases in ALIASES.items() for name in (column, *aliases)}


class HeaderError(ValueError):
    """The header cannot be used; the message names the columns."""


@dataclass(frozen=True, slots=True)
class Columns:
    """For every cell of a row the column that it belongs to, or None; and the names that nobody knows."""

    order: tuple[str | None, ...]
    unknown: frozenset[str] = frozenset()

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """Column → cell, empty cells left out."""
        pairs = zip(self.order, cells, strict=True)
        return {column: cell.strip() for column, cell in pairs if column is not None and cell.strip()}


def columns_of(names: Sequence[str]) -> Columns:
    """Raises HeaderError for missing required columns, and for two columns that mean the same."""
    order = tuple(_BY_NAME.get(_normalised(name)) for name in names)
    missing = [column for column in REQUIRED if column not in order]
    if missing:
        raise HeaderError(f"required columns missing: {', '.join(missing)}")
    for column in set(filter(None, order)):
        if order.count(column) > 1:
            twice = [name for name, known in zip(names, order, strict=True) if known == column]
            raise HeaderError(f"columns {' and '.join(twice)} both mean {column}")
    unknown = {name for name, known in zip(names, order, strict=True) if known is None and name}
    return Columns(order, frozenset(unknown))


def _normalised(name: str) -> str:
    return re.sub(r"[\s.-]+", "_", name.strip().lower())
