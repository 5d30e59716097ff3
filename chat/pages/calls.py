"""The model calls behind conversations, through the ledger's relation to them: chat knows no billing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from chat.models import Conversation

_ANSWERED = Q(status__in=["ok", "partial", "cancelled"])


@dataclass(frozen=True, slots=True)
class CallSums:
    """Sums of some calls. `cost` is None when no answered call is priced; token sums None when unknown."""

    calls: int = 0
    errors: int = 0
    input_tokens: int | None = 0
    cache_read_tokens: int | None = 0
    cache_write_tokens: int | None = 0
    output_tokens: int | None = 0
    cost: Decimal | None = Decimal(0)
    unpriced: int = 0

    @property
    def total_tokens(self) -> int | None:
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)


_COUNTS = {
    "calls": Count("id", filter=_ANSWERED),
    "errors": Count("id", filter=Q(status="error")),
    "unpriced": Count("id", filter=_ANSWERED & Q(cost__isnull=True)),
}
_TOTALS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "cost")
# An aggregate may not have the name of the column that another one reads.
_SUMS = {**_COUNTS, **{f"sum_{name}": Sum(name) for name in _TOTALS}}


def booked_calls(conversations: Iterable[Conversation]) -> "QuerySet[Any]":
    """The ledger's rows of conversations, replaced ones left out; their projects are named."""
    conversations = list(conversations)
    usage = Conversation._meta.get_field("usage").related_model
    return usage._default_manager.filter(
        project_id__in={conversation.project_id for conversation in conversations},
        conversation_id__in=[conversation.pk for conversation in conversations],
        superseded_by__isnull=True,
    )


def sums_of(conversations: Collection[Conversation]) -> dict[UUID, CallSums]:
    """Each conversation's sums, in one query."""
    rows = booked_calls(conversations).order_by().values("conversation_id").annotate(**_SUMS)
    return {row.pop("conversation_id"): _call_sums(row) for row in rows}


def total_of(calls: "QuerySet[Any]") -> CallSums:
    return _call_sums(calls.order_by().aggregate(**_SUMS))


def _call_sums(row: dict[str, Any]) -> CallSums:
    figures = {name: row[f"sum_{name}"] for name in _TOTALS}
    # PostgreSQL sums bigints as numeric.
    counted: dict[str, Any] = {
        name: None if value is None else int(value) for name, value in figures.items() if name != "cost"
    }
    cost = figures["cost"]
    if cost is None and not row["unpriced"]:
        cost = Decimal(0)
    return CallSums(**{name: row[name] for name in _COUNTS}, **counted, cost=cost)
