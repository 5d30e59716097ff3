"""The ledger's rows behind a number."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from billing.measures import ANSWERED
from billing.models import TokenUsage
from billing.pages.asking import Asked, read_query
from billing.pages.chips import Chip, Filters, build_filters
from billing.pages.links import here_url, moment_param
from billing.pages.wording import days_text
from billing.reports.amounts import to_sums
from billing.reports.build import build_report
from billing.reports.expressions import LedgerSum
from billing.reports.query import Dimension, UsageQuery
from billing.reports.report import Sums
from billing.reports.rows import rows_behind
from billing.rollups import MEASURES
from chat.models import Conversation
from chat.names import conversation_names
from core.keyset import Slice, read_cursor, read_moment, read_slice
from core.numbers import count_text

COUNTED_UP_TO = 10_000
PAGE_SIZE = 50

_MARKS = {"answered": "Answered only", "errors": "Failed only", "unpriced": "Unpriced only"}

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What this page keeps beside the query: calls of some kind, and those between two moments of a day."""

    marks: tuple[str, ...]
    start: datetime | None
    end: datetime | None

    @property
    def is_empty(self) -> bool:
        return not self.marks and self.start is None and self.end is None

    @property
    def params(self) -> Params:
        moments = (("start", self.start), ("end", self.end))
        return tuple((mark, "1") for mark in self.marks) + tuple(
            (name, moment_param(moment)) for name, moment in moments if moment
        )

    def apply(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.start:
            rows = rows.filter(occurred_at__gte=self.start)
        if self.end:
            rows = rows.filter(occurred_at__lt=self.end)
        if "answered" in self.marks:
            rows = rows.filter(status__in=ANSWERED)
        if "errors" in self.marks:
            rows = rows.filter(status=TokenUsage.Status.ERROR)
        if "unpriced" in self.marks:
            rows = rows.filter(status__in=ANSWERED, cost__isnull=True)
        return rows


@dataclass(frozen=True, slots=True)
class CallLine:
    """A row of the ledger; `conversation` is its title as the reader may see it, else empty."""

    call: TokenUsage
    conversation: str


@dataclass(frozen=True, slots=True)
class CallsPage:
    """`count` is exact up to COUNTED_UP_TO; None beyond."""

    query: UsageQuery
    period: str
    faults: tuple[str, ...]
    filters: Filters
    chips: tuple[Chip, ...]
    totals: Sums
    count: int | None
    lines: tuple[CallLine, ...]
    newer_url: str
    older_url: str

    @property
    def count_text(self) -> str:
        """ "1,212 calls, newest first"; beyond 10,000 nobody counts."""
        if self.count is None:
            return f"{count_text(COUNTED_UP_TO)}+ calls, newest first"
        return f"{count_text(self.count)} call{'' if self.count == 1 else 's'}, newest first"


def build_calls_page(request: HttpRequest) -> CallsPage:
    asked = read_query(request)
    query = replace(asked.query, interval=None, compare=False)
    narrowing = _narrowing(request)
    rows = narrowing.apply(rows_behind(query, user=asked.user))
    before, after = (read_cursor(request.GET.get(name, "")) for name in ("before", "after"))
    listed = rows.select_related("project", "person").defer("raw_usage", "tags")
    found = read_slice(listed, "occurred_at", size=PAGE_SIZE, before=before, after=after)
    count = rows[: COUNTED_UP_TO + 1].count()
    params = narrowing.params
    return CallsPage(
        query,
        f"{days_text(query.first_day, query.last_day)}, in {query.zone}",
        asked.faults,
        build_filters(replace(asked, query=query), params),
        tuple(_chips(query, narrowing)),
        _totals(asked, query, narrowing, rows),
        count if count <= COUNTED_UP_TO else None,
        tuple(_lines(found, asked.user)),
        here_url(query, [*params, ("after", str(found.newer))]) if found.newer else "",
        here_url(query, [*params, ("before", str(found.older))]) if found.older else "",
    )


def _lines(found: Slice, user: User) -> Iterator[CallLine]:
    # A query of its own: joined, the ledger and the conversations would not stay within a project's shard.
    ids = {row.conversation_id for row in found.rows if row.conversation_id}
    visible = Conversation.objects.visible_to(user).only("pk").filter(pk__in=ids)
    names = conversation_names(visible, user)
    for row in found.rows:
        yield CallLine(row, names.get(row.conversation_id, "") if row.conversation_id else "")


def _narrowing(request: HttpRequest) -> Narrowing:
    marks = tuple(mark for mark in _MARKS if request.GET.get(mark) == "1")
    return Narrowing(marks, *(read_moment(request.GET.get(name, "")) for name in ("start", "end")))


def _chips(query: UsageQuery, narrowing: Narrowing) -> Iterator[Chip]:
    for mark in narrowing.marks:
        rest = replace(narrowing, marks=tuple(other for other in narrowing.marks if other != mark))
        yield Chip("", _MARKS[mark], here_url(query, rest.params))
    if narrowing.start or narrowing.end:
        spans = [_local(moment) if moment else "" for moment in (narrowing.start, narrowing.end)]
        rest = replace(narrowing, start=None, end=None)
        yield Chip("", " – ".join(spans).strip(), here_url(query, rest.params))


def _local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%-d %b, %H:%M}"


def _totals(asked: Asked, query: UsageQuery, narrowing: Narrowing, rows: "QuerySet[Any]") -> Sums:
    """The sums of all rows: from the rollups where the whole query is shown, else of the rows themselves."""
    if narrowing.is_empty:
        return build_report(replace(query, group_by=(Dimension.PROVIDER,)), user=asked.user).totals
    sums = rows.aggregate(**{f"sum_{measure}": LedgerSum(measure) for measure in MEASURES})
    return to_sums(tuple(sums.values()))
