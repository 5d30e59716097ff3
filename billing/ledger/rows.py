"""From an event and its price to the columns of a ledger row."""

from datetime import datetime
from typing import Any

from billing.ledger.events import UsageEvent
from billing.models import TokenUsage
from billing.pricing.book import Priced
from core.bulk import database_value
from core.fields import to_nanos
from core.ids import new_id

FIELDS = tuple(field for field in TokenUsage._meta.concrete_fields if not field.generated)
COLUMNS = tuple(field.column for field in FIELDS)
_BY_COLUMN = dict(zip(COLUMNS, FIELDS, strict=True))
_COPIED = tuple(
    (field.column, field.column) for field in FIELDS if field.column in UsageEvent.__dataclass_fields__
)


def ledger_row(event: UsageEvent, priced: Priced, key: bytes, recorded_at: datetime) -> dict[str, Any]:
    """Column → Python value, money in nanodollars."""
    row: dict[str, Any] = {column: getattr(event, name) for column, name in _COPIED}
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
    )
    return row


def database_row(row: dict[str, Any]) -> list[Any]:
    """The row as the engine's driver takes it, in the order of COLUMNS."""
    return [database_value(row[column], _BY_COLUMN[column]) for column in COLUMNS]
