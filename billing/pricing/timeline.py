"""The versions of one price, in order."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from billing.models import ModelPrice
from billing.pricing.catalog import BEGINNING
from billing.pricing.explanation import PriceVersion

_SHORT = {
    "input_per_mtok": "in",
    "output_per_mtok": "out",
    "cache_read_per_mtok": "read",
    "cache_write_per_mtok": "write",
    "cache_write_1h_per_mtok": "write 1 h",
    "input_audio_per_mtok": "audio in",
    "cache_read_audio_per_mtok": "cached audio",
    "reasoning_per_mtok": "reasoning",
    "output_audio_per_mtok": "audio out",
    "web_search_per_1k": "1,000 searches",
    "request_per_1k": "1,000 requests",
}


def timeline(prices: Iterable[ModelPrice], applied_id: UUID) -> tuple[PriceVersion, ...]:
    """Newest first. `prices` are all versions of one price."""
    ordered = sorted(prices, key=lambda price: price.valid_from)
    versions = [_version(price, number, applied_id) for number, price in enumerate(ordered, 1)]
    return tuple(reversed(versions))


def _version(price: ModelPrice, number: int, applied_id: UUID) -> PriceVersion:
    rates = ((label, getattr(price, name)) for name, label in _SHORT.items())
    return PriceVersion(
        id=price.pk,
        number=number,
        is_applied=price.pk == applied_id,
        valid_from=_since(price),
        valid_to=price.valid_to,
        rates=tuple((label, rate) for label, rate in rates if rate is not None),
        origin=_origin(price),
        recorded_at=price.recorded_at,
        note=price.note,
    )


def _since(price: ModelPrice) -> datetime | None:
    return None if price.valid_from.date() == BEGINNING else price.valid_from


def _origin(price: ModelPrice) -> str:
    if price.origin == ModelPrice.Origin.CATALOG:
        return f"Catalogue {price.catalog_version}".strip()
    return "Override for this project" if price.project_id else "Override for all projects"
