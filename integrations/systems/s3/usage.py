"""Token counts as the AI SDK reports them: input with cached tokens, output with reasoning tokens.

See https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text (LanguageModelUsage). That is the ledger's
own convention, so that counts are booked as they are.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.ledger.events import UsageEvent
from billing.pricing.providers import canonical_provider
from integrations.systems.declarations import Found
from integrations.systems.fields import UNKNOWN_PROVIDER
from integrations.systems.row import Row
from integrations.systems.secrets import without_secrets

_NAMES = {
    "input_tokens": "inputTokens",
    "output_tokens": "outputTokens",
    "cache_read_tokens": "cachedInputTokens",
    "reasoning_tokens": "reasoningTokens",
}


def counts(row: Row, usage: Mapping[str, Any]) -> dict[str, int | None]:
    """The ledger's counts, unknown ones None. A total that is not the sum of its parts is flagged."""
    found = {name: _count(row, usage.get(theirs)) for name, theirs in _NAMES.items()}
    total = _count(row, usage.get("totalTokens"))
    if total is not None and total != (found["input_tokens"] or 0) + (found["output_tokens"] or 0):
        row.flag("total_differs")
    return found


def _count(row: Row, value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal():
        return int(value)
    row.flag("unreadable_number")
    return None


def call(
    row: Row,
    usage: Mapping[str, Any],
    counted: Mapping[str, Any],
    *,
    provider: str,
    model: str,
    occurred_at: datetime,
    project_id: UUID,
    agent: Found | None,
    **links: Any,
) -> UsageEvent:
    """The model call of which `usage` tells. An agent of another project is named, not linked."""
    if not provider.strip():
        row.flag("no_provider")
    is_near = agent is not None and agent.project_id == project_id
    return UsageEvent(
        occurred_at=occurred_at,
        provider=canonical_provider(provider) if provider.strip() else UNKNOWN_PROVIDER,
        model=model,
        source="",
        native_id="",
        dedup_scope="",
        project_id=project_id,
        agent_id=agent.id if agent is not None and is_near else None,
        agent_label="" if agent is None else agent.label,
        raw_usage={"provider": provider, "model": model, "usage": without_secrets(dict(usage))},
        **counted,
        **links,
    )
