"""From an event and its price to the columns of a ledger row."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from billing.ledger.events import UsageEvent
from billing.models import TokenUsage
from billing.pricing.book import Priced
from core.bulk import column_adapters
from core.fields import from_nanos, to_nanos
from core.ids import new_id

COLUMNS = tuple(str(field.column) for field in TokenUsage._meta.concrete_fields if not field.generated)
_COPIED = tuple(column for column in COLUMNS if column in UsageEvent.__dataclass_fields__)

_MONEY = ("cost", "reported_cost")


def ledger_row(event: UsageEvent, priced: Priced, key: bytes, recorded_at: datetime) -> dict[str, Any]:
    """Column → Python value, money in nanodollars."""
    row: dict[str, Any] = {column: getattr(event, column) for column in _COPIED}
    row.update(
        id=new_id(),
        recorded_at=recorded_at,
        dedup_key=key,
        tags=list(event.tags),
        catalog_model=priced.catalog_model,
        cost=None if priced.cost is None else to_nanos(priced.cost),
        reported_cost=None if event.reported_cost is None else to_nanos(event.reported_cost),
        cost_source=priced.cost_source,
        price_id=priced.price_id,
        superseded_by_id=None,
        superseded_as="",
        is_merged=False,
        counts_apart=False,
    )
    return row


def database_rows(rows: Iterable[dict[str, Any]]) -> list[list[Any]]:
    """The rows as the engine's driver takes them, in the order of COLUMNS."""
    adapters = list(zip(COLUMNS, column_adapters(TokenUsage, COLUMNS), strict=True))
    return [[adapt(row[column]) for column, adapt in adapters] for row in rows]


def columns_of(usage: TokenUsage) -> dict[str, Any]:
    """A row's columns as `ledger_row` makes them: money in nanodollars."""
    row = {str(field.column): getattr(usage, field.attname) for field in usage._meta.concrete_fields}
    for name in _MONEY:
        row[name] = None if row[name] is None else to_nanos(row[name])
    return row


def usage_of(row: dict[str, Any]) -> TokenUsage:
    """What `ledger_row` made, as a row that was read."""
    money = {name: None if row[name] is None else from_nanos(row[name]) for name in _MONEY}
    return TokenUsage(**{**row, **money})
