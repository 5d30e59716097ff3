"""The answer to a UsageQuery: one value, of which page, chart, CSV, XLSX, JSON and command are renderings."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.reports.query import Dimension, Interval, UsageQuery


@dataclass(frozen=True, slots=True)
class Sums:
    """Additive figures of some calls.

    A token sum is None when no answered call knows its tokens, `cost` is None when no answered call is priced
    (and no failed one's is known); both are 0 when there is nothing to know.
    """

    requests: int = 0
    errors: int = 0
    input_tokens: int | None = 0
    cache_read_tokens: int | None = 0
    cache_write_tokens: int | None = 0
    cache_write_1h_tokens: int | None = 0
    input_audio_tokens: int | None = 0
    output_tokens: int | None = 0
    reasoning_tokens: int | None = 0
    output_audio_tokens: int | None = 0
    cost: Decimal | None = Decimal(0)
    unpriced_requests: int = 0
    unmeasured_requests: int = 0

    @property
    def total_tokens(self) -> int | None:
        """Input plus output."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)


@dataclass(frozen=True, slots=True)
class Member:
    """A value of a dimension: `key` filters by it (an id or the name), `label` is what people read."""

    key: str
    label: str


OTHER = Member("", "Other")
"""Stands for all members of a chart that have no series of their own."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A span of time: `start` and `end` are UTC moments (end exclusive), cut to the report's period.

    `first_day` names it: its day, its Monday or its month's first, also where the period begins later.
    Partial: cut by the period, or not over when the report was made.
    """

    first_day: date
    start: datetime
    end: datetime
    label: str
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One group, in one bucket when the query has an interval. `members` follow the query's `group_by`.

    `previous`: the same group in the period compared with; None when the query does not compare.
    """

    members: tuple[Member, ...]
    sums: Sums
    bucket: Bucket | None = None
    previous: Sums | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the chart: the first dimension's member, a Sums for each of the report's buckets."""

    member: Member
    points: tuple[Sums, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Rows are sorted by cost (largest first, unpriced last), then by members; with an interval by bucket
    first. A call with several tags counts in the row of each; `totals` and `points` count every call once.

    `series` always has buckets for the chart (the query's interval, or hours to months by the period's
    length): the eight most expensive members of the first dimension, the others folded into OTHER. `points`
    are the sums of each bucket over all members, `previous_points` those of the buckets compared with.
    """

    query: UsageQuery
    rows: tuple[Row, ...]
    totals: Sums
    previous_totals: Sums | None
    buckets: tuple[Bucket, ...]
    chart_interval: Interval
    series: tuple[Series, ...]
    read_from: str
    """The table that answered: a rung's name or "TokenUsage"."""
    generated_at: datetime
    points: tuple[Sums, ...] = ()
    previous_points: tuple[Sums, ...] | None = None
    previous_days: tuple[date, date] | None = None
    """First and last day compared with; of the last one the same part has passed as of the period's own."""

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return self.query.group_by
