"""A report's address: its query string says all that it asks, so it can be kept, shared and scheduled."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from accounts.models import User
from billing.reports.filters import UsageFilter
from billing.reports.query import Dimension, UsageQuery
from billing.reports.report import Row
from core.zones import local_day, zone_info


def parse_query(params: QueryDict, *, user: User | None, default_zone: str, today: date) -> UsageQuery:
    """The query of an address; raises QueryError (parameter → sentence) when it makes no sense."""
    return UsageFilter(params, user=user, default_zone=default_zone, today=today).query


def query_params(query: UsageQuery) -> list[tuple[str, str]]:
    """The parameters of a query, always in the same order."""
    params = [
        ("from", query.first_day.isoformat()),
        ("to", query.last_day.isoformat()),
        ("zone", query.zone),
        ("group_by", ",".join(query.group_by)),
    ]
    if query.interval is not None:
        params.append(("interval", query.interval.value))
    if query.compare:
        params.append(("compare", "1"))
    params += [(dimension.value, key) for dimension in Dimension for key in query.filters.get(dimension, ())]
    return params


def query_string(query: UsageQuery, **changes: Any) -> str:
    """The query string of `query` with some of its fields changed."""
    return urlencode(query_params(replace(query, **changes)), safe=",/:")


def filtered(query: UsageQuery, dimension: Dimension, *keys: str) -> UsageQuery:
    """The same query, keeping `keys` of a dimension alone; without keys: all of it."""
    filters = {kept: values for kept, values in query.filters.items() if kept is not dimension}
    return replace(query, filters={**filters, dimension: keys} if keys else filters)


def behind(query: UsageQuery, row: Row) -> UsageQuery:
    """The query whose rows of the ledger are those behind `row`; for an hour: those of its day."""
    for dimension, member in zip(query.group_by, row.members, strict=True):
        query = filtered(query, dimension, member.key)
    if row.bucket is not None:
        last_day = local_day(row.bucket.end - timedelta(microseconds=1), zone_info(query.zone))
        query = replace(query, first_day=max(query.first_day, row.bucket.first_day), last_day=last_day)
    return replace(query, interval=None, compare=False)
