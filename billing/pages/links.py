"""Addresses of the usage pages."""

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.urls import reverse

from billing.reports.address import filtered, query_params
from billing.reports.query import Dimension, UsageQuery

Extra = Iterable[tuple[str, str]]


def page_url(view_name: str, query: UsageQuery, extra: Extra = ()) -> str:
    """The page `view_name` for a query, with parameters of the page's own behind."""
    return _address(reverse(view_name), [*query_params(query), *extra])


def report_url(query: UsageQuery, extra: Extra = ()) -> str:
    return page_url("billing:report", query, extra)


def calls_url(
    query: UsageQuery, *marks: str, start: datetime | None = None, end: datetime | None = None
) -> str:
    """The rows behind a number of `query`. `marks`: "answered", "errors" or "unpriced" alone.

    `start`, `end`: only those between two moments, for numbers of less than a day.
    """
    kept = [
        (name, value)
        for name, value in query_params(query)
        if name not in {"group_by", "compare", "interval"}
    ]
    moments = [(name, moment_param(moment)) for name, moment in (("start", start), ("end", end)) if moment]
    return _address(reverse("billing:calls"), [*kept, *moments, *((mark, "1") for mark in marks)])


def scope_url(view_name: str, query: UsageQuery) -> str:
    """The page `view_name` for the query's period, zone and projects alone."""
    scope = [
        (name, value) for name, value in query_params(query) if name in {"from", "to", "zone", "project"}
    ]
    return _address(reverse(view_name), scope)


def here_url(query: UsageQuery, extra: Extra = ()) -> str:
    """The same page for another query."""
    return _address("", [*query_params(query), *extra])


def narrowed(query: UsageQuery, **keys: str) -> UsageQuery:
    """The query for one member of some dimensions: `narrowed(query, provider="openai")`."""
    for name, key in keys.items():
        query = filtered(query, Dimension(name), key)
    return query


def moment_param(moment: datetime) -> str:
    """UTC with microseconds: "2026-11-19T08:51:07.123456Z"."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _address(path: str, params: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(params, safe=',/:')}"
