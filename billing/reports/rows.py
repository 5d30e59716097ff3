"""The rows of the ledger behind a report's numbers."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from billing.measures import ANSWERED
from billing.models import TokenUsage
from billing.reports.keys import ledger_condition
from billing.reports.query import Dimension, UsageQuery
from billing.reports.spans import period_span

COUNTED = (*ANSWERED, TokenUsage.Status.ERROR.value)
"""Statuses that a report counts, as requests or as errors; the others never reached a provider."""

_ADDS_TO_A_SUM = Q(status__in=COUNTED) | Q(total_tokens__gt=0) | Q(cost__gt=0)


def rows_behind(query: UsageQuery, *, user: User | None) -> "QuerySet[Any]":
    """Booked rows that add to a number of `query`'s report. `user` None: the whole installation.

    Answers of a gateway's cache and of mocks add nothing: they come when the query filters by their status.
    """
    rows = TokenUsage.objects.all() if user is None else TokenUsage.objects.visible_to(user)
    return narrowed(rows, query)


def narrowed(rows: "QuerySet[Any]", query: UsageQuery) -> "QuerySet[Any]":
    """Those of `rows` (of the ledger) that `query` counts."""
    span = period_span(query)
    rows = rows.filter(superseded_by__isnull=True, occurred_at__gte=span.start, occurred_at__lt=span.end)
    if Dimension.STATUS not in query.filters:
        rows = rows.filter(_ADDS_TO_A_SUM)
    for dimension, keys in query.filters.items():
        rows = rows.filter(ledger_condition(dimension, keys))
    return rows
