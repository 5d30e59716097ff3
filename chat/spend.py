"""What conversations cost. This app does not know the ledger: it reads it through the reverse relation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from accounts.models import User
from chat.models import Conversation

_ANSWERED = Q(status__in=("ok", "partial", "cancelled"))
_TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class Spend:
    """Sums over booked calls. Tokens are None when no call knows them, `cost` when nothing is priced and
    something should be. `first_at`, `last_at`: None without calls."""

    calls: int = 0
    unpriced: int = 0
    cost: Decimal | None = Decimal(0)
    input_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def tokens(self) -> int | None:
        """Input and output; None when neither is known."""
        known = [part for part in (self.input_tokens, self.output_tokens) if part is not None]
        return sum(known) if known else None


def booked_calls(user: User | AnonymousUser) -> "QuerySet[Any]":
    """The ledger's rows that count and that `user` may see."""
    ledger: Any = Conversation._meta.get_field("usage").related_model
    rows: QuerySet[Any] = ledger.objects.visible_to(user).filter(superseded_by__isnull=True)
    return rows


def spend_by_conversation(ids: Collection[UUID], user: User | AnonymousUser) -> dict[UUID, Spend]:
    """What each conversation cost; those without calls are left out. One query."""
    sums = {f"{name}_sum": Sum(name) for name in (*_TOKENS, "cost")}
    rows = (
        booked_calls(user)
        .filter(conversation_id__in=ids)
        .order_by()
        .values("conversation_id")
        .annotate(
            calls=Count("id"),
            unpriced=Count("id", filter=_ANSWERED & Q(cost__isnull=True)),
            first_at=Min("occurred_at"),
            last_at=Max("occurred_at"),
            **sums,
        )
    )
    return {row["conversation_id"]: _spend(row) for row in rows}


def _spend(row: Mapping[str, Any]) -> Spend:
    cost = row["cost_sum"]
    if cost is None and not row["unpriced"]:
        cost = Decimal(0)
    return Spend(
        row["calls"],
        row["unpriced"],
        cost,
        *(_whole(row[f"{name}_sum"]) for name in _TOKENS),
        row["first_at"],
        row["last_at"],
    )


def _whole(number: int | Decimal | None) -> int | None:
    # PostgreSQL sums bigints as numeric.
    return None if number is None else int(number)
