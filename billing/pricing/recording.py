"""Catalogue prices become rows of the price book when they are first used, and stay as they were then."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from billing.models import ModelPrice
from billing.pricing.catalog import CATALOG_VERSION, CatalogModel, CatalogVersion, versions
from billing.pricing.stored import StoredVersion
from billing.pricing.variants import Variant
from core.bulk import is_postgresql

_LOCK = 0x70726963  # "pric"
"""Advisory lock: one transaction at a time adds catalogue prices, so that two never wait for each other."""

Period = tuple[datetime, datetime | None]


def recorded_versions(provider: str, model_id: str) -> list[StoredVersion]:
    """What the price book keeps of a catalogue model, all tiers and times."""
    rows = ModelPrice.objects.filter(provider=provider, model=model_id, origin=ModelPrice.Origin.CATALOG)
    return [StoredVersion.of(price) for price in rows.order_by("valid_from", "id")]


def record_catalog(model: CatalogModel, tier: str, *, moment: datetime) -> None:
    """Record the versions of a model's price in `tier` that began until now, or `moment` if that is later.

    Only times that no recorded version covers are filled: a newer catalogue does not change history. Prices
    announced for later wait for their day. Safe between processes.
    """
    horizon = max(moment, timezone.now())
    with transaction.atomic():
        if is_postgresql():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        taken: defaultdict[Variant, list[Period]] = defaultdict(list)
        for kept in recorded_versions(model.provider, model.id):
            taken[kept.variant].append((kept.price.valid_from, kept.price.valid_to))
        rows = [
            _row(version, period)
            for version in versions(model, tier)
            if version.valid_from <= horizon
            for period in uncovered((version.valid_from, version.valid_to), taken[version.variant])
        ]
        # A repair by hand takes no advisory lock. SQLite's transaction holds the only write lock already, and
        # its OR IGNORE would hide broken rules as well.
        ModelPrice.objects.bulk_create(rows, ignore_conflicts=is_postgresql())


def uncovered(period: Period, taken: Iterable[Period]) -> Iterator[Period]:
    """The parts of `period` outside of all `taken` ones."""
    start, end = period
    for taken_from, taken_to in sorted(taken, key=lambda entry: entry[0]):
        if end is not None and taken_from >= end:
            break
        if taken_from > start:
            yield start, taken_from
        if taken_to is None:
            return
        start = max(start, taken_to)
    if end is None or start < end:
        yield start, end


def _row(version: CatalogVersion, period: Period) -> ModelPrice:
    return ModelPrice(
        provider=version.provider,
        model=version.model,
        variant=str(version.variant),
        valid_from=period[0],
        valid_to=period[1],
        origin=ModelPrice.Origin.CATALOG,
        catalog_version=CATALOG_VERSION,
        context_tiers=[dict(tier) for tier in version.rates.context_tiers],
        **version.rates.base,
    )
