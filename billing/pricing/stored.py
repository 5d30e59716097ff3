"""Versions of the price book as they are kept, and which of them holds for a call."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from billing.models import ModelPrice
from billing.pricing.arithmetic import Call, cost_of
from billing.pricing.rates import RateCard, rate_card
from billing.pricing.variants import Variant


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A row of the price book, made ready: its variant read, its rates resolved."""

    price: ModelPrice
    variant: Variant
    card: RateCard

    @classmethod
    def of(cls, price: ModelPrice) -> Self:
        return cls(price, Variant.parse(price.variant), rate_card(price))

    def holds(self, moment: datetime) -> bool:
        return self.price.covers(moment) and (self.variant.hours is None or self.variant.hours.holds(moment))

    def cost_of(self, call: Call) -> Decimal | None:
        return cost_of(call, self.card)


def version_holding(versions: Iterable[StoredVersion], moment: datetime) -> StoredVersion | None:
    """The first of `versions` that holds at `moment`."""
    return next((version for version in versions if version.holds(moment)), None)


def names_of(reported: str, catalog_model: str | None) -> tuple[str, ...]:
    """Lower-cased names under which an override may mean a model: as reported, then the catalogue's id."""
    names = (reported.lower(), (catalog_model or "").lower())
    return tuple(dict.fromkeys(filter(None, names)))


def ranked_overrides(
    versions: Iterable[StoredVersion], *, names: tuple[str, ...], project_id: UUID | None, tier: str
) -> list[StoredVersion]:
    """The overrides that may price a call, the first to apply first.

    A project's own before general ones; then one that names the model as reported; then one for the tier
    before one for all tiers; then one for some hours; then the one that began last.
    """
    suiting = [
        version
        for version in versions
        if version.price.model.lower() in names
        and version.price.project_id in (None, project_id)
        and version.variant.tier in ("", tier)
    ]
    return sorted(
        suiting,
        key=lambda version: (
            version.price.project_id is None,
            names.index(version.price.model.lower()),
            version.variant.tier == "",
            version.variant.hours is None,
            -version.price.valid_from.timestamp(),
        ),
    )


def ranked_catalog(versions: Iterable[StoredVersion], *, tiers: tuple[str, ...]) -> list[StoredVersion]:
    """Versions of a catalogue model in one of `tiers`, in the order in which they apply: hours come first."""
    suiting = [version for version in versions if version.variant.tier in tiers]
    return sorted(
        suiting, key=lambda version: (tiers.index(version.variant.tier), version.variant.hours is None)
    )
