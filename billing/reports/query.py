"""The question that a report answers. Its address, its JSON and its file names are made from this value."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Dimension(StrEnum):
    """What rows may be grouped and filtered by."""

    PROJECT = "project"
    PROVIDER = "provider"
    MODEL = "model"
    REQUEST_TYPE = "request_type"
    ENVIRONMENT = "environment"
    PERSON = "person"
    AGENT = "agent"
    CONVERSATION = "conversation"
    TAG = "tag"
    SOURCE = "source"
    STATUS = "status"


class Interval(StrEnum):
    """The width of a time bucket."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageQuery:
    """A period of whole days in a zone, what to keep, and how to group it.

    `first_day` and `last_day` are both included. `group_by` holds one to three dimensions. `filters` maps a
    dimension to the values kept (any of them): a project's or person's or conversation's id as text, else the
    name itself. `interval` None: no time buckets, one row a group; otherwise rows are also split by bucket.
    """

    first_day: date
    last_day: date
    zone: str = "UTC"
    group_by: tuple[Dimension, ...] = (Dimension.PROVIDER, Dimension.MODEL)
    interval: Interval | None = None
    filters: dict[Dimension, tuple[str, ...]] = field(default_factory=dict)
    compare: bool = False
