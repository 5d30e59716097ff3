"""What the reader of a page asks for, as far as it makes sense."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from accounts.models import User
from billing.reports.address import parse_query
from billing.reports.errors import QueryError
from billing.reports.filters import UsageFilter
from billing.reports.query import Dimension, UsageQuery
from core.zones import local_day, reader_zone


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, the form it was read from, and a sentence for each parameter that had to be left out."""

    user: User
    query: UsageQuery
    form: UsageFilter
    faults: tuple[str, ...]


def read_query(request: HttpRequest, *names: str) -> Asked:
    """The query of the request's address, from the parameters `names` alone if any are given.

    Parameters that make no sense are left out and reported; the others keep their meaning.
    """
    user = cast(User, request.user)
    zone = reader_zone(request)
    today = local_day(timezone.now(), zone)
    params = request.GET.copy()
    for name in [name for name in params if names and name not in names]:
        del params[name]
    faults: dict[str, str] = {}
    while True:
        form = UsageFilter(params, user=user, default_zone=str(zone), today=today)
        try:
            query = form.query
        except QueryError as error:
            kept = _without(params, error.messages)
            faults |= error.messages
            # A default may be at fault too ("to" lies in the past of an absent "from"): then ask for nothing.
            params = kept if len(kept) < len(params) else QueryDict(mutable=True)
            continue
        return Asked(user, query, form, tuple(faults.values()))


def strict_query(request: HttpRequest) -> UsageQuery:
    """The query of the request's address; raises QueryError when any of it makes no sense."""
    zone = reader_zone(request)
    today = local_day(timezone.now(), zone)
    return parse_query(request.GET, user=cast(User, request.user), default_zone=str(zone), today=today)


def project_ids(query: UsageQuery) -> frozenset[UUID] | None:
    """The projects that the query is about; None: all that its reader sees."""
    named = query.filters.get(Dimension.PROJECT)
    return None if named is None else frozenset(UUID(each) for each in named)


def _without(params: QueryDict, names: dict[str, str]) -> QueryDict:
    kept = params.copy()
    for name in names:
        kept.pop(name, None)
    return kept
