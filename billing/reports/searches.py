"""Web searches on a bill: in lines of their own, while the ledger has them in the cost of their calls."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from billing.models.provider_report import ReportKind
from billing.reports.provider_lines import ProviderLine
from core.fields import from_nanos, to_nanos

_ITEM = "web_search"


def with_searches(lines: Iterable[ProviderLine]) -> tuple[ProviderLine, ...]:
    """Bills of searches, spread over the models whose calls searched, by how often they did.

    To the nanodollar: what division leaves over goes to the last model. A bill of a day whose usage report
    does not tell who searched stays as it is.
    """
    searches: defaultdict[date, dict[str, int]] = defaultdict(dict)
    kept: list[ProviderLine] = []
    bills: list[ProviderLine] = []
    for line in lines:
        if line.kind == ReportKind.USAGE and line.model and line.figures["web_search_requests"]:
            of_day = searches[line.day]
            of_day[line.model] = of_day.get(line.model, 0) + (line.figures["web_search_requests"] or 0)
        is_bill = line.kind == ReportKind.COST and line.item == _ITEM and line.cost is not None
        (bills if is_bill else kept).append(line)
    costs = {(line.day, line.model): line for line in kept if line.kind == ReportKind.COST and not line.item}
    others = [line for line in kept if not (line.kind == ReportKind.COST and not line.item)]
    for bill in bills:
        shares = _shares(bill.cost or Decimal(0), searches.get(bill.day, {}))
        if not shares:
            others.append(bill)
        for model, share in shares.items():
            own = costs.get((bill.day, model)) or replace(bill, model=model, item="", cost=None)
            costs[bill.day, model] = replace(own, cost=(own.cost or Decimal(0)) + share)
    return (*others, *costs.values())


def _shares(amount: Decimal, searches: dict[str, int]) -> dict[str, Decimal]:
    nanos, total = to_nanos(amount), sum(searches.values())
    shares = {model: nanos * times // total for model, times in sorted(searches.items())}
    if shares:
        shares[max(shares)] += nanos - sum(shares.values())
    return {model: from_nanos(share) for model, share in shares.items()}
