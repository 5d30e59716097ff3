"""Anthropic's usage object, as Claude Code copies it into transcripts."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.ledger.events import UsageEvent
from billing.pricing.providers import canonical_provider
from integrations.sources.values import count, plain, text

_CLOUDS = (("msg_bdrk_", "aws.bedrock"), ("msg_vrtx_", "gcp.vertex_ai"))
"""What Amazon and Google put before the message ids of the Claude models that they serve."""


def total_tokens(usage: dict[str, Any]) -> int:
    """All tokens of a usage object, by which two reports of a call are compared. Raises BadValueError."""
    cache_write, _ = _cache_writes(usage)
    parts = (*_uncached(usage), cache_write)
    return sum(part or 0 for part in parts)


def usage_event(
    *,
    native_id: str,
    at: datetime,
    model: str,
    usage: dict[str, Any],
    cost: Decimal | None,
    message_id: str,
    request_id: str,
    session_id: str,
    agent: str,
) -> UsageEvent:
    """The event of a call, without source and project. Raises BadValueError, naming the field."""
    uncached, output, cache_read = _uncached(usage)
    cache_write, cache_write_1h = _cache_writes(usage)
    parts = [part for part in (uncached, cache_read, cache_write) if part is not None]
    server_tools = usage.get("server_tool_use")
    return UsageEvent(
        occurred_at=at,
        provider=canonical_provider(_provider(message_id)),
        model=model,
        source="",
        native_id=native_id,
        dedup_scope="claude-code",
        observer="claude-code",
        response_id=text(message_id, 200),
        request_id=text(request_id, 200),
        input_tokens=sum(parts) if parts else None,
        cache_read_tokens=cache_read,
        cache_write_tokens=cache_write,
        cache_write_1h_tokens=cache_write_1h,
        output_tokens=output,
        web_search_requests=(
            count(server_tools.get("web_search_requests"), "server_tool_use.web_search_requests")
            if isinstance(server_tools, dict)
            else None
        ),
        service_tier=_service_tier(usage),
        reported_cost=cost,
        agent_label=agent,
        session_id=session_id,
        raw_usage=plain(usage),
    )


def _uncached(usage: dict[str, Any]) -> tuple[int | None, int | None, int | None]:
    """Input without cache, output, cache read."""
    return (
        count(usage.get("input_tokens"), "input_tokens"),
        count(usage.get("output_tokens"), "output_tokens"),
        count(usage.get("cache_read_input_tokens"), "cache_read_input_tokens"),
    )


def _cache_writes(usage: dict[str, Any]) -> tuple[int | None, int | None]:
    """Tokens written to the cache, and those of them that stay for an hour."""
    whole = count(usage.get("cache_creation_input_tokens"), "cache_creation_input_tokens")
    split = usage.get("cache_creation")
    if not isinstance(split, dict):
        return whole, None
    one_hour = count(split.get("ephemeral_1h_input_tokens"), "cache_creation.ephemeral_1h_input_tokens")
    short = count(split.get("ephemeral_5m_input_tokens"), "cache_creation.ephemeral_5m_input_tokens")
    if whole is None and one_hour is None and short is None:
        return None, None
    return max(whole or 0, (one_hour or 0) + (short or 0)), one_hour


def _service_tier(usage: dict[str, Any]) -> str:
    if usage.get("speed") == "fast":
        return "fast"
    tier = text(usage.get("service_tier"), 32)
    return "" if tier == "standard" else tier


def _provider(message_id: str) -> str:
    for prefix, provider in _CLOUDS:
        if message_id.startswith(prefix):
            return provider
    return "anthropic"
