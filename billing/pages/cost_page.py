"""What the page "why this cost" shows: the arithmetic of one ledger row, and everything that decided it."""

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from billing.models import TokenUsage
from billing.pricing.explain import explain
from billing.pricing.explanation import Explanation
from core.fields import to_nanos

_STATUS_BADGES = {
    TokenUsage.Status.OK: "badge--ok",
    TokenUsage.Status.ERROR: "badge--danger",
    TokenUsage.Status.PARTIAL: "badge--warn",
    TokenUsage.Status.CANCELLED: "badge--warn",
}


@dataclass(frozen=True, slots=True)
class CostPage:
    """`nanodollars` is the booked cost as the database keeps it; None when it is unknown."""

    usage: TokenUsage
    explanation: Explanation
    nanodollars: int | None
    status_badge: str
    raw_usage: str
    convention: str
    conversation_url: str
    price_url: str


def cost_page(usage: TokenUsage) -> CostPage:
    """The page of a row that the reader may see. `price_url` leads to a new override where one is missing."""
    explanation = explain(usage)
    price_url = ""
    if usage.cost is None and usage.status != TokenUsage.Status.ERROR:
        query = urlencode({"provider": usage.provider, "model": usage.model})
        price_url = f"{reverse('admin:billing_modelprice_add')}?{query}"
    return CostPage(
        usage=usage,
        explanation=explanation,
        nanodollars=None if usage.cost is None else to_nanos(usage.cost),
        status_badge=_STATUS_BADGES.get(TokenUsage.Status(usage.status), ""),
        raw_usage=""
        if usage.raw_usage is None
        else json.dumps(usage.raw_usage, indent=1, ensure_ascii=False),
        convention=_convention(usage),
        conversation_url=(
            reverse("chat:transcript", args=[usage.conversation_id]) if usage.conversation_id else ""
        ),
        price_url=price_url,
    )


def _convention(usage: TokenUsage) -> str:
    """How the source's own count became ours, where it counts cached tokens apart."""
    raw, total = usage.raw_usage, usage.input_tokens
    apart = raw.get("input_tokens") if isinstance(raw, dict) else None
    read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    if not isinstance(apart, int) or total is None or apart == total or apart + read + written != total:
        return ""
    parts = " + ".join(f"{part:,}" for part in (apart, read, written) if part)
    return f"This source counts cached tokens apart; we keep one whole: {parts} = {total:,}."


def cost_data(usage: TokenUsage) -> dict[str, Any]:
    """The page as JSON: amounts are decimal strings, times ISO 8601 in UTC, unknown is null."""
    explanation = asdict(explain(usage))
    return {
        "id": str(usage.pk),
        "occurred_at": usage.occurred_at.isoformat(),
        "project": usage.project.lasting_name,
        "provider": usage.provider,
        "model": usage.model,
        "catalog_model": usage.catalog_model,
        "status": usage.status,
        **{name: _plain(value) for name, value in explanation.items()},
        "raw_usage": usage.raw_usage,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
