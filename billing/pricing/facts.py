"""How a cost was decided, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from billing.models import ModelPrice, TokenUsage
from billing.pricing.explanation import Fact
from billing.pricing.rates import RateCard
from billing.pricing.stored import (
    StoredVersion,
    names_of,
    ranked_catalog,
    ranked_overrides,
    version_holding,
)
from billing.pricing.variants import service_tier
from core.numbers import count_text, money_text


@dataclass(frozen=True, slots=True)
class Decision:
    """A booked call, the version that priced it (None: none did), and what else the book keeps for it."""

    usage: TokenUsage
    applied: StoredVersion | None
    versions: Sequence[StoredVersion]

    def version_at(self, moment: datetime) -> StoredVersion | None:
        """What the price book, as it is now, applies to such a call at `moment`."""
        usage, tier = self.usage, service_tier(self.usage.service_tier)
        by_origin = {
            origin: [version for version in self.versions if version.price.origin == origin]
            for origin in ModelPrice.Origin
        }
        overrides, catalog = by_origin[ModelPrice.Origin.OVERRIDE], by_origin[ModelPrice.Origin.CATALOG]
        names = names_of(usage.model, usage.catalog_model)
        ranked = ranked_overrides(overrides, names=names, project_id=usage.project_id, tier=tier)
        return version_holding(ranked, moment) or version_holding(
            ranked_catalog(catalog, tiers=(tier, "") if tier else ("",)), moment
        )


def facts_of(decision: Decision, now: datetime) -> tuple[Fact, ...]:
    usage = decision.usage
    facts = [
        Fact("Reported model", usage.model or "none", is_code=bool(usage.model)),
        Fact("Matched", _match(usage)),
        Fact("Override", _override(decision)),
        Fact("Source said", _reported(usage)),
        Fact("Service tier", _service_tier(decision)),
    ]
    if decision.applied is not None:
        facts.append(Fact("Context tier", _context_tier(usage, decision.applied.card)))
    elif (booked_by := decision.version_at(usage.occurred_at)) is not None:
        facts.append(Fact("By the price book", _amount(booked_by.cost_of(usage), usage.cost)))
    facts.append(Fact("At today’s price", _today(decision, now)))
    return tuple(facts)


def _match(usage: TokenUsage) -> str:
    if not usage.catalog_model:
        return "no model of the catalogue"
    reported, known = usage.model.lower(), usage.catalog_model.lower()
    if reported == known:
        return f"{usage.catalog_model}, exactly"
    name = reported.rpartition("/")[2]
    how = "by prefix" if name.startswith(known) else "by the catalogue’s rules"
    return f"{usage.catalog_model}, {how}"


def _override(decision: Decision) -> str:
    applied = decision.applied
    if applied is not None and applied.price.origin == ModelPrice.Origin.OVERRIDE:
        whose = "this project’s own" if applied.price.project_id else "for all projects"
        return f"yes, {whose}"
    current = decision.version_at(decision.usage.occurred_at)
    if current is not None and current.price.origin == ModelPrice.Origin.OVERRIDE:
        return "none when it was booked; one holds for that time now"
    return "none for this project"


def _reported(usage: TokenUsage) -> str:
    if usage.reported_cost is None:
        return "no cost reported"
    said = money_text(usage.reported_cost, 9)
    return f"{said}, the same" if usage.reported_cost == usage.cost else said


def _service_tier(decision: Decision) -> str:
    tier = service_tier(decision.usage.service_tier)
    if not tier:
        return "standard"
    if decision.applied is None:
        return tier
    return f"{tier}, {'at its own price' if decision.applied.variant.tier else 'at the standard price'}"


def _context_tier(usage: TokenUsage, card: RateCard) -> str:
    if len(card.sheets) == 1:
        return "one price for prompts of all lengths"
    reached = card.sheet(usage.input_tokens).above
    if reached >= 0:
        return f"above {count_text(reached)} tokens"
    return f"up to {count_text(card.sheets[-2].above)} tokens"


def _today(decision: Decision, now: datetime) -> str:
    """At the hour of the call, today: prices may differ by the hour."""
    at = decision.usage.occurred_at.astimezone(UTC).time()
    version = decision.version_at(datetime.combine(now.astimezone(UTC).date(), at, tzinfo=UTC))
    return "unknown" if version is None else _amount(version.cost_of(decision.usage), decision.usage.cost)


def _amount(dollars: Decimal | None, booked: Decimal | None) -> str:
    if dollars is None:
        return "unknown"
    return "the same" if dollars == booked else money_text(dollars, 9)
