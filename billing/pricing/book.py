"""The price book: what a call cost, by the versions that held when it happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from billing.models import ModelPrice, TokenUsage
from billing.pricing.arithmetic import Call
from billing.pricing.catalog import CatalogModel, CatalogVersion, find_model, tier_of, versions
from billing.pricing.recording import record_catalog, recorded_versions
from billing.pricing.stored import (
    StoredVersion,
    names_of,
    ranked_catalog,
    ranked_overrides,
    version_holding,
)
from billing.pricing.undone import TransactionWatch
from billing.pricing.variants import service_tier

_FREE = (TokenUsage.Status.CACHED, TokenUsage.Status.MOCK)
"""No provider was called."""


class PricedCall(Call, Protocol):
    """What the price book asks of a call; UsageEvent and TokenUsage have it."""

    @property
    def project_id(self) -> UUID | None: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def service_tier(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def reported_cost(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Priced:
    """A call's cost in dollars; None is unknown, with cost_source "none".

    `price_id` names the ModelPrice that a computed cost comes from. `catalog_model` is the catalogue's id of
    the model, also where the cost is unknown.
    """

    cost: Decimal | None
    cost_source: str
    price_id: UUID | None
    catalog_model: str | None


@dataclass(slots=True)
class _Shelf:
    """All that may price the calls of a project to a model in a tier."""

    overrides: list[StoredVersion]
    found: CatalogModel | None
    tier: str
    listed: Sequence[CatalogVersion]
    """What the package lists, asked when no recorded version holds."""
    catalog: list[StoredVersion] | None = None

    @property
    def catalog_model(self) -> str | None:
        return self.found.id if self.found else None


class PriceBook:
    """Prices calls: by an override, else as reported where that is preferred, else by the catalogue.

    It remembers what it read, so that a batch of thousands of calls to a few models takes a few queries. Make
    a new one for each piece of work: overrides added meanwhile are not seen.
    """

    def __init__(self) -> None:
        self._overrides: dict[str, list[StoredVersion]] | None = None
        self._shelves: dict[tuple[UUID | None, str, str, str], _Shelf] = {}
        self._watch = TransactionWatch()

    def price(
        self, event: PricedCall, *, prefers_reported: bool = False, only_reported: bool = False
    ) -> Priced:
        """The cost of one call, at the price of its moment.

        `only_reported`: where neither an override nor the source gives a cost it stays unknown.
        """
        shelf = self._shelf(event)
        if event.status in _FREE:
            return Priced(Decimal(0), TokenUsage.CostSource.REPORTED, None, shelf.catalog_model)
        unknown = Priced(None, TokenUsage.CostSource.NONE, None, shelf.catalog_model)
        if event.status == TokenUsage.Status.ERROR and not (event.input_tokens or event.output_tokens):
            return unknown
        version = version_holding(shelf.overrides, event.occurred_at)
        is_overridden = version is not None
        cost = version.cost_of(event) if version else None
        if cost is None and (prefers_reported or only_reported) and event.reported_cost is not None:
            return Priced(event.reported_cost, TokenUsage.CostSource.REPORTED, None, shelf.catalog_model)
        if cost is None and only_reported:
            return unknown
        if not is_overridden:
            version = self._catalog_version(shelf, event.occurred_at)
            cost = version.cost_of(event) if version else None
        if version is None or cost is None:
            return unknown
        return Priced(cost, TokenUsage.CostSource.COMPUTED, version.price.pk, shelf.catalog_model)

    def _shelf(self, event: PricedCall) -> _Shelf:
        if self._watch.is_undone():
            self._shelves.clear()
        key = (event.project_id, event.provider, event.model, event.service_tier)
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = self._new_shelf(*key)
        return shelf

    def _new_shelf(self, project_id: UUID | None, provider: str, model: str, reported_tier: str) -> _Shelf:
        tier = service_tier(reported_tier)
        found = find_model(provider, model)
        overrides = ranked_overrides(
            self._overrides_of(provider),
            names=names_of(model, found.id if found else None),
            project_id=project_id,
            tier=tier,
        )
        if found is None:
            return _Shelf(overrides, None, "", ())
        return _Shelf(overrides, found, tier_of(found, tier), versions(found, tier))

    def _overrides_of(self, provider: str) -> list[StoredVersion]:
        if self._overrides is None:
            self._overrides = {}
            for price in ModelPrice.objects.filter(origin=ModelPrice.Origin.OVERRIDE).order_by("id"):
                self._overrides.setdefault(price.provider, []).append(StoredVersion.of(price))
        return self._overrides.get(provider, [])

    def _catalog_version(self, shelf: _Shelf, moment: datetime) -> StoredVersion | None:
        found = shelf.found
        if found is None:
            return None
        if shelf.catalog is None:
            shelf.catalog = ranked_catalog(recorded_versions(found.provider, found.id), tiers=(shelf.tier,))
        version = version_holding(shelf.catalog, moment)
        if version is None and any(listed.holds(moment) for listed in shelf.listed):
            record_catalog(found, shelf.tier, moment=moment)
            self._watch.note()
            shelf.catalog = ranked_catalog(recorded_versions(found.provider, found.id), tiers=(shelf.tier,))
            version = version_holding(shelf.catalog, moment)
        return version
