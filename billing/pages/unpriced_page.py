"""Models that were used without a price."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from billing.measures import ANSWERED
from billing.models import ModelPrice
from billing.pages.asking import read_query
from billing.pages.links import calls_url
from billing.pages.wording import days_text
from billing.reports.address import filtered
from billing.reports.build import build_report
from billing.reports.keys import NONE, ledger_condition
from billing.reports.query import Dimension, UsageQuery
from billing.reports.rows import rows_behind
from core.permissions import Action, may


@dataclass(frozen=True, slots=True)
class UnpricedModel:
    """A model string as its provider's callers report it. `reported_cost` is the sum of what sources said of
    `reported_requests` of its calls; None when they said nothing. Token sums are None when nobody knows."""

    provider: str
    model: str
    requests: int
    input_tokens: int | None
    output_tokens: int | None
    first_at: datetime
    last_at: datetime
    reported_cost: Decimal | None
    reported_requests: int
    calls_url: str
    price_url: str


@dataclass(frozen=True, slots=True)
class UnpricedPage:
    period: str
    faults: tuple[str, ...]
    models: tuple[UnpricedModel, ...]

    @property
    def requests(self) -> int:
        return sum(model.requests for model in self.models)


def build_unpriced_page(request: HttpRequest) -> UnpricedPage:
    """`price_url` is empty for readers who may not write prices."""
    asked = read_query(request)
    query = asked.query
    found = (
        _unpriced_rows(query, asked.user)
        .values("provider", "model")
        .annotate(
            requests=Count("id"),
            input_sum=Sum("input_tokens"),
            output_sum=Sum("output_tokens"),
            first_at=Min("occurred_at"),
            last_at=Max("occurred_at"),
            reported_sum=Sum("reported_cost"),
            reported_requests=Count("reported_cost"),
        )
        .order_by("-requests", "provider", "model")
    )
    may_price = may(asked.user, Action.MANAGE_PRICES)
    return UnpricedPage(
        f"{days_text(query.first_day, query.last_day)}, in {query.zone}",
        asked.faults,
        tuple(
            UnpricedModel(
                row["provider"],
                row["model"],
                row["requests"],
                row["input_sum"],
                row["output_sum"],
                row["first_at"],
                row["last_at"],
                row["reported_sum"],
                row["reported_requests"],
                _calls_url(query, row["provider"], row["model"]),
                _price_url(row["provider"], row["model"]) if may_price and row["model"] else "",
            )
            for row in found
        ),
    )


def _unpriced_rows(query: UsageQuery, user: User) -> "QuerySet[Any]":
    """Answered calls without a price. A report tells of which models, with which their index begins."""
    report = build_report(replace(query, group_by=(Dimension.PROVIDER, Dimension.MODEL)), user=user)
    members = [row.members for row in report.rows if row.sums.unpriced_requests]
    return rows_behind(query, user=user).filter(
        ledger_condition(Dimension.PROVIDER, {provider.key for provider, _ in members}),
        ledger_condition(Dimension.MODEL, {model.key for _, model in members}),
        status__in=ANSWERED,
        cost__isnull=True,
    )


def _calls_url(query: UsageQuery, provider: str, model: str) -> str:
    one = filtered(filtered(query, Dimension.PROVIDER, provider), Dimension.MODEL, model or NONE)
    return calls_url(one, "unpriced")


def _price_url(provider: str, model: str) -> str:
    """The admin's form for a new price, filled in as far as the model is known."""
    fields = {"provider": provider, "model": model, "origin": ModelPrice.Origin.OVERRIDE.value}
    return f"{reverse('admin:billing_modelprice_add')}?{urlencode(fields)}"
