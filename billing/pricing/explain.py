"""Why a booked call cost what it cost: recomputed from the stored version of its price."""

from datetime import datetime
from operator import attrgetter

from django.db.models import Q
from django.utils import timezone

from billing.models import ModelPrice, TokenUsage
from billing.pricing.explanation import Explanation, PriceVersion
from billing.pricing.facts import Decision, facts_of
from billing.pricing.lines import cost_lines
from billing.pricing.stored import StoredVersion
from billing.pricing.timeline import timeline
from core.numbers import money_text

_SUMMARIES = {
    TokenUsage.CostSource.REPORTED: "The source reported this cost.",
    TokenUsage.CostSource.COMPUTED: "Priced by us.",
    TokenUsage.CostSource.ADJUSTED: "The cost was adjusted after it was booked.",
}


def explain(usage: TokenUsage, *, now: datetime | None = None) -> Explanation:
    """The arithmetic line by line, the timeline of the price, and the steps of the decision.

    One query, beside the call's project. The caller has checked that the user may see `usage`.
    """
    versions = [StoredVersion.of(price) for price in _prices_around(usage)]
    applied = next((version for version in versions if version.price.pk == usage.price_id), None)
    total = applied.cost_of(usage) if applied else None
    return Explanation(
        cost=usage.cost,
        cost_source=usage.cost_source,
        summary=_summary(usage, versions),
        lines=cost_lines(usage, applied.card) if applied else (),
        total=total,
        total_tokens=(usage.input_tokens or 0) + (usage.output_tokens or 0),
        disagreement=(
            f"Booked as {money_text(usage.cost, 9)}, but this arithmetic gives {money_text(total, 9)}."
            if total is not None and usage.cost is not None and total != usage.cost
            else ""
        ),
        versions=_timeline(applied, versions) if applied else (),
        facts=facts_of(Decision(usage, applied, versions), now or timezone.now()),
    )


def _prices_around(usage: TokenUsage) -> list[ModelPrice]:
    """What may have priced the call, or would price it now."""
    own = Q(origin=ModelPrice.Origin.CATALOG, model=usage.catalog_model)
    override = Q(origin=ModelPrice.Origin.OVERRIDE) & (Q(project=None) | Q(project=usage.project_id))
    around = ModelPrice.objects.filter(Q(provider=usage.provider) & (own | override) | Q(pk=usage.price_id))
    return list(around.order_by("valid_from", "id"))


def _timeline(applied: StoredVersion, versions: list[StoredVersion]) -> tuple[PriceVersion, ...]:
    key = attrgetter("provider", "model", "variant", "project_id", "origin")
    prices = [version.price for version in versions]
    return timeline((price for price in prices if key(price) == key(applied.price)), applied.price.pk)


def _summary(usage: TokenUsage, versions: list[StoredVersion]) -> str:
    if usage.status in {TokenUsage.Status.CACHED, TokenUsage.Status.MOCK}:
        return "No provider was called: it cost nothing."
    if usage.cost_source != TokenUsage.CostSource.NONE:
        return _SUMMARIES[TokenUsage.CostSource(usage.cost_source)]
    if usage.status == TokenUsage.Status.ERROR and not (usage.input_tokens or usage.output_tokens):
        return "The call failed, and its source counted no tokens."
    if usage.input_tokens is None or usage.output_tokens is None:
        return "The source did not count all tokens: what it cost is unknown."
    if usage.project.only_reported_cost and usage.reported_cost is None:
        return "The source reported no cost, and this project books reported costs alone."
    if any(version.holds(usage.occurred_at) for version in versions):
        return "Unpriced when it was booked; the price book has a price for it now."
    return "The price book has no price for this model at that time: what it cost is unknown."
