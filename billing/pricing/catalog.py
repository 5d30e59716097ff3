"""The catalogue: list prices by model and day, from the genai-prices package. Works offline; knows no table.

Its matching rules turn a model string into a model; a name that they do not know has no price. The package's
`get_prices` is the judge of what holds at a moment; here its rules become periods that can be kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from genai_prices import __version__
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, PriceVariant, StartDateConstraint, TimeOfDateConstraint
from genai_prices.types import ModelPrice as CatalogPrice

from billing.pricing.catalog_rates import Rates, rates_of
from billing.pricing.providers import canonical_provider, catalog_provider
from billing.pricing.spellings import spellings
from billing.pricing.variants import Hours, Variant

CATALOG_VERSION = f"genai-prices {__version__}"

BEGINNING = date(1970, 1, 1)
"""Where the first version of a price begins: the package does not say when a model appeared."""


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """A model that the catalogue knows. `id` is unique within `provider` (our slug)."""

    provider: str
    id: str
    info: ModelInfo
    has_variants: bool
    """False for a model of another provider's list (Azure sells OpenAI's): its tiers are not this one's."""


@dataclass(frozen=True, slots=True)
class CatalogVersion:
    """What a model's variant costs from one moment to another; `valid_to` None: until further notice."""

    provider: str
    model: str
    variant: Variant
    valid_from: datetime
    valid_to: datetime | None
    rates: Rates

    def holds(self, moment: datetime) -> bool:
        is_current = self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)
        return is_current and (self.variant.hours is None or self.variant.hours.holds(moment))


def find_model(provider: str, model: str) -> CatalogModel | None:
    """The model that `provider` (our slug) calls `model`; None when the catalogue does not know it."""
    providers = get_snapshot().providers
    wanted = catalog_provider(provider)
    seller = next((candidate for candidate in providers if candidate.id == wanted), None)
    if seller is None:
        return None
    for spelling in spellings(provider, model):
        info = seller.find_model(spelling, all_providers=providers)
        if info is None:
            continue
        if any(info is own for own in seller.models):
            return CatalogModel(provider, info.id, info, has_variants=True)
        # Both lists may use one id for different models: Azure's "ada" is not OpenAI's.
        is_taken = any(info.id == own.id for own in seller.models)
        maker = next(other.id for other in providers if any(info is listed for listed in other.models))
        return CatalogModel(provider, f"{maker}/{info.id}" if is_taken else info.id, info, has_variants=False)
    return None


def provider_of(model: str) -> str | None:
    """The slug of the provider whose model this is, by its name; None when the catalogue knows none."""
    try:
        provider, _ = get_snapshot().find_provider_model(model, None, None, None)
    except LookupError:
        return None
    return canonical_provider(provider.id)


def tier_of(model: CatalogModel, service_tier: str) -> str:
    """`service_tier` when the model has prices of its own for it, else the standard tier."""
    return service_tier if _price_variants(model, service_tier) else ""


def versions(model: CatalogModel, service_tier: str) -> list[CatalogVersion]:
    """All versions of the model's price in that tier, at all hours; each variant's oldest first."""
    tier = tier_of(model, service_tier)
    return [
        CatalogVersion(model.provider, model.id, Variant(tier, hours), *period)
        for hours, at in _times_of_day(model.info)
        for period in _periods(model, tier, at)
    ]


def version_at(provider: str, model: str, moment: datetime, service_tier: str = "") -> CatalogVersion | None:
    """What the catalogue says that a call at `moment` costs; None when it does not know."""
    found = find_model(provider, model)
    if found is None:
        return None
    holding = [version for version in versions(found, service_tier) if version.holds(moment)]
    # Hours come before the rest of the day.
    return min(holding, key=lambda version: version.variant.hours is None, default=None)


def _context(service_tier: str) -> dict[str, str]:
    """The package's words for a tier: batches are a kind of processing, Anthropic's fast mode is a speed."""
    if service_tier == "batch":
        return {"processing": "batch"}
    context = {"service_tier": service_tier}
    return {**context, "speed": "fast"} if service_tier == "fast" else context


def _price_variants(model: CatalogModel, service_tier: str) -> list[PriceVariant]:
    if not service_tier or not model.has_variants:
        return []
    context = _context(service_tier)
    return [
        variant
        for variant in model.info.price_variants or ()
        if vars(variant.prices) and all(context.get(key) == value for key, value in variant.when.items())
    ]


def _times_of_day(info: ModelInfo) -> Iterator[tuple[Hours | None, time]]:
    """Hours with prices of their own, each with a time within; then the rest of the day and a time there."""
    constraints = [] if isinstance(info.prices, CatalogPrice) else [entry.constraint for entry in info.prices]
    windows = [
        Hours(_in_utc(constraint.start_time), _in_utc(constraint.end_time))
        for constraint in constraints
        if isinstance(constraint, TimeOfDateConstraint)
    ]
    for hours in windows:
        yield hours, hours.start
    ends = [time(0), *(hours.end for hours in windows)]
    for at in ends:
        if not any(hours.holds(datetime.combine(BEGINNING, at, tzinfo=UTC)) for hours in windows):
            yield None, at
            break


def _in_utc(at: time) -> time:
    """Without an offset, as the package reads it: UTC."""
    aware = datetime.combine(BEGINNING, at if at.tzinfo else at.replace(tzinfo=UTC))
    return aware.astimezone(UTC).time()


def _periods(model: CatalogModel, tier: str, at: time) -> Iterator[tuple[datetime, datetime | None, Rates]]:
    """The periods of one time of day: adjacent ones differ in price, unpriced ones are left out."""
    info = model.info
    constraints = [] if isinstance(info.prices, CatalogPrice) else [entry.constraint for entry in info.prices]
    constraints += [variant.constraint for variant in _price_variants(model, tier)]
    starts = {entry.start_date for entry in constraints if isinstance(entry, StartDateConstraint)}
    days = sorted({BEGINNING, *starts})
    context = _context(tier) if tier else None
    priced = [(day, info.get_prices(datetime.combine(day, at, tzinfo=UTC), context)) for day in days]
    changes = [
        entry for position, entry in enumerate(priced) if position == 0 or entry[1] != priced[position - 1][1]
    ]
    ends = [*(_midnight(day) for day, _ in changes[1:]), None]
    for (day, price), end in zip(changes, ends, strict=True):
        rates = rates_of(price, is_free=model.id.endswith(":free"))
        if rates is not None:
            yield _midnight(day), end, rates


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=UTC)
