"""Columns of ours that the systems fill alike."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.pricing.providers import canonical_provider
from core.fields import MAX_NANOS, NANOS
from integrations.systems.declarations import Links
from integrations.systems.row import Row

UNKNOWN_PROVIDER = "unknown"


def times(row: Row, created: str = "created_at", updated: str = "updated_at") -> dict[str, datetime]:
    """`created_at` and `updated_at` as the source has them; what it does not know is left to the default."""
    made, changed = row.time(created), row.time(updated) if updated in row else None
    known = {"created_at": made, "updated_at": changed or made}
    return {name: time for name, time in known.items() if time is not None}


def timed(
    links: Links, row: Row, name: str, own: datetime | None, *others: datetime | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """`name` among the fields when the row knows its time, else among those set once (see Links.time_of)."""
    moment = {name: links.time_of(row, own, *others)}
    return (moment, {}) if own is not None else ({}, moment)


def person_fields(row: Row, *, name: str, email: str, source: str) -> dict[str, Any]:
    """Name, address and id of somebody. One who has neither name nor address is called by the id."""
    address = email.strip()
    key = row.text("id")
    return {
        "name": name.strip() or ("" if address else f"Person {key}"),
        "email": email,
        "email_normalized": address.lower(),
        "external_ids": {source: key},
    }


def provider_slug(row: Row, column: str = "provider") -> str:
    """The provider's slug; "unknown", flagged, where the source names none."""
    name = row.text(column).strip()
    if not name:
        row.flag("no_provider")
        return UNKNOWN_PROVIDER
    return canonical_provider(name)


def flag_total(row: Row, total: str, input_tokens: int | None, output_tokens: int | None) -> None:
    """Flag a total that is not the sum of its parts. The parts are booked."""
    stated = row.integer(total)
    if stated is not None and stated != (input_tokens or 0) + (output_tokens or 0):
        row.flag("total_differs")


def not_negative(row: Row, column: str) -> int | None:
    """A size or duration; a negative one is flagged, kept and unknown."""
    number = row.integer(column)
    if number is not None and number < 0:
        row.flag("negative_numbers")
        row.keep(column, number)
        return None
    return number


def money(row: Row, column: str) -> Decimal | None:
    """Dollars; what our columns cannot hold is flagged, kept and unknown."""
    amount = row.decimal(column)
    if amount is not None and abs(amount * NANOS) > MAX_NANOS:
        row.flag("unreadable_number")
        row.keep(column, str(amount))
        return None
    return amount
