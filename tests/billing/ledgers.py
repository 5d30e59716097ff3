"""Random ledgers, and their sums by plain Python: what every report must agree with."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from hypothesis import strategies as st

from billing.ledger.record import record_usage
from billing.measures import ANSWERED
from billing.models import TokenUsage
from billing.models.token_usage import TOKEN_COLUMNS
from billing.reports.query import Dimension
from billing.reports.report import Sums
from core.zones import day_start
from tests.factories import make_conversation, make_event, make_person, make_project

NEW_YORK_SPRING = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
NEW_YORK_AUTUMN = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu")

_EDGES = [
    *(NEW_YORK_SPRING + timedelta(hours=hours) for hours in (-2, -1, 0, 1, 24)),
    *(NEW_YORK_AUTUMN + timedelta(hours=hours) for hours in (-2, -1, 0, 1, 24)),
    *(
        day_start(date(2026, month, day), ZoneInfo(zone))
        for zone in ZONES
        for month, day in ((3, 8), (3, 9), (11, 2))
    ),
]
_NUDGES = st.sampled_from([-1_000_000, -1, 0, 1, 999_999, 1_000_000])
MOMENTS = st.builds(
    lambda edge, nudge: edge + timedelta(microseconds=nudge), st.sampled_from(_EDGES), _NUDGES
) | st.builds(
    lambda start, seconds: start + timedelta(seconds=seconds),
    st.sampled_from([NEW_YORK_SPRING, NEW_YORK_AUTUMN]),
    st.integers(-3 * 86_400, 3 * 86_400),
)
PERIODS = ((date(2026, 3, 6), date(2026, 3, 10)), (date(2026, 10, 30), date(2026, 11, 3)))
"""Days around both edges: all random moments lie within a day or two of them."""


@dataclass(frozen=True)
class Drawn:
    """An event as hypothesis draws it: projects, people and conversations by number."""

    occurred_at: datetime
    project: int
    person: int | None
    conversation: int | None
    model: tuple[str, str]
    request_type: str
    environment: str
    agent: str
    tags: tuple[str, ...]
    status: str
    source: str
    input_tokens: int | None
    cache_read_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    cost: Decimal | None


@st.composite
def _drawn(draw: Callable[..., Any]) -> Drawn:
    input_tokens = draw(st.none() | st.integers(0, 10**9))
    output_tokens = draw(st.none() | st.integers(0, 10**6))
    return Drawn(
        occurred_at=draw(MOMENTS),
        project=draw(st.integers(0, 2)),
        person=draw(st.none() | st.integers(0, 1)),
        conversation=draw(st.none() | st.integers(0, 1)),
        model=draw(st.sampled_from([("acme", "a-1"), ("acme", "a-2"), ("globex", "a-1"), ("globex", "")])),
        request_type=draw(st.sampled_from(["chat", "embedding"])),
        environment=draw(st.sampled_from(["", "production", "staging"])),
        agent=draw(st.sampled_from(["", "planner"])),
        tags=draw(st.sampled_from([(), ("a",), ("b", "a"), ("a", "b", "c"), ("a", "a")])),
        status=draw(st.sampled_from(["ok", "ok", "partial", "cancelled", "error", "cached", "mock"])),
        source=draw(st.sampled_from(["proxy", "sdk"])),
        input_tokens=input_tokens,
        cache_read_tokens=None if not input_tokens else draw(st.none() | st.integers(0, input_tokens)),
        output_tokens=output_tokens,
        reasoning_tokens=None if not output_tokens else draw(st.none() | st.integers(0, output_tokens)),
        cost=draw(st.none() | st.integers(0, 10**13).map(lambda nanos: Decimal(nanos).scaleb(-9))),
    )


LEDGERS = st.lists(_drawn(), min_size=1, max_size=25)


@contextmanager
def booked(drawn: list[Drawn]) -> Iterator[list[TokenUsage]]:
    """The ledger with these events and nothing else, gone afterwards."""
    with transaction.atomic():
        projects = [make_project(name=f"Project {number}", prefers_reported_cost=True) for number in range(3)]
        people = [make_person(name=f"Person {number}") for number in range(2)]
        conversations = [
            [make_conversation(project, title=f"Talk {number} of {project}") for number in range(2)]
            for project in projects
        ]
        outcomes = record_usage(
            [
                make_event(
                    projects[event.project],
                    occurred_at=event.occurred_at,
                    person_id=None if event.person is None else people[event.person].pk,
                    conversation_id=None
                    if event.conversation is None
                    else conversations[event.project][event.conversation].pk,
                    provider=event.model[0],
                    model=event.model[1],
                    request_type=event.request_type,
                    environment=event.environment,
                    agent_label=event.agent,
                    tags=event.tags,
                    status=event.status,
                    source=event.source,
                    input_tokens=event.input_tokens,
                    cache_read_tokens=event.cache_read_tokens,
                    output_tokens=event.output_tokens,
                    reasoning_tokens=event.reasoning_tokens,
                    reported_cost=event.cost,
                )
                for event in drawn
            ]
        )
        assert [outcome.reason for outcome in outcomes] == [""] * len(drawn)
        yield list(TokenUsage.objects.select_related("project", "person", "conversation"))
        transaction.set_rollback(True)


_LABELS: dict[Dimension, Callable[[TokenUsage], str]] = {
    Dimension.PROJECT: lambda row: row.project.name,
    Dimension.PERSON: lambda row: row.person.name if row.person else "(nobody)",
    Dimension.CONVERSATION: lambda row: row.conversation.title if row.conversation else "(none)",
    Dimension.AGENT: lambda row: row.agent_label or "(none)",
}


def labels(row: TokenUsage, dimension: Dimension) -> list[str]:
    """The groups in which a call counts."""
    if dimension is Dimension.TAG:
        return sorted(set(row.tags)) or ["(none)"]
    if dimension in _LABELS:
        return [_LABELS[dimension](row)]
    return [getattr(row, dimension.value) or "(none)"]


def naive_sums(rows: Iterable[TokenUsage]) -> Sums:
    """The figures of some calls, by the definitions alone."""
    rows = list(rows)
    answered = [row for row in rows if row.status in ANSWERED]
    unpriced = [row for row in answered if row.cost is None]
    unmeasured = [row for row in answered if row.input_tokens is None and row.output_tokens is None]
    tokens: dict[str, int | None] = {
        name: sum(getattr(row, name) or 0 for row in rows) for name in TOKEN_COLUMNS
    }
    cost: Decimal | None = sum((row.cost or Decimal(0) for row in rows), Decimal(0))
    if answered and len(unmeasured) == len(answered):
        tokens = {name: value or None for name, value in tokens.items()}
    if answered and len(unpriced) == len(answered):
        cost = cost or None
    return Sums(
        requests=len(answered),
        errors=sum(row.status == "error" for row in rows),
        **tokens,
        cost=cost,
        unpriced_requests=len(unpriced),
        unmeasured_requests=len(unmeasured),
    )


def naive_groups(rows: Iterable[TokenUsage], dimensions: Iterable[Dimension]) -> dict[tuple[str, ...], Sums]:
    """Sums by the labels of `dimensions`, without groups in which nothing counts."""
    groups: dict[tuple[str, ...], list[TokenUsage]] = {}
    dimensions = list(dimensions)
    for row in rows:
        for key in product(*(labels(row, dimension) for dimension in dimensions)):
            groups.setdefault(key, []).append(row)
    sums = {key: naive_sums(members) for key, members in groups.items()}
    return {key: value for key, value in sums.items() if value != Sums()}
