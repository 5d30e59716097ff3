"""Finding the reports that may tell of the same calls as new ones, through the ledger's indexes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from billing.ledger.decide import ALIKE_SLACK, began
from billing.models import TokenUsage
from core.bulk import column_adapters

_CHUNK = 400
"""Values a query: SQLite's oldest default allows 999 parameters."""

_ALIKE_CHUNK = 120
_ALIKE_ROW = "(%s, %s, %s, CAST(%s AS bigint), CAST(%s AS bigint), %s, %s)"
_ALIKE_SQL = """
WITH seed (service, observer, has_id, input_tokens, output_tokens, since, until) AS (VALUES {rows})
SELECT usage.id FROM seed JOIN billing_tokenusage AS usage
ON usage.project_id = %s AND usage.service = seed.service AND usage.service <> ''
AND (usage.input_tokens = seed.input_tokens OR (usage.input_tokens IS NULL AND seed.input_tokens IS NULL))
AND (usage.output_tokens = seed.output_tokens OR (usage.output_tokens IS NULL AND seed.output_tokens IS NULL))
AND usage.occurred_at >= seed.since AND usage.occurred_at <= seed.until
WHERE (NOT seed.has_id OR (usage.response_id = '' AND usage.request_id = ''))
AND usage.observer <> seed.observer
"""
"""The size and time of seeds, joined to the ledger: one statement instead of a condition a seed."""

_LATER_END = timedelta(minutes=1)
"""How much later than a call itself an observer around it may end."""

_ROUNDS = 6


def kin_of(project_id: UUID, seeds: Sequence[TokenUsage]) -> dict[UUID, TokenUsage]:
    """The seeds, and all reports of the project that share an id, a trace or a decision with one of them, and
    with those again; and reports that resemble a seed."""
    known = {seed.pk: seed for seed in seeds}
    reports = TokenUsage.objects.reports().filter(project_id=project_id)
    asked: set[tuple[str, object]] = set()
    fresh: list[TokenUsage] = list(seeds)
    for round_number in range(_ROUNDS):
        # Most of what is found are the seeds themselves: ids first, rows of the others.
        ids: set[UUID] = set()
        for condition in _shared(fresh, asked):
            ids.update(reports.filter(condition).values_list("pk", flat=True))
        if round_number == 0:
            ids |= _alike(project_id, fresh)
        unknown = sorted(ids - known.keys())
        if not unknown:
            break
        fresh = []
        for start in range(0, len(unknown), _CHUNK):
            fresh += reports.filter(pk__in=unknown[start : start + _CHUNK])
        known |= {report.pk: report for report in fresh}
    return known


def _shared(reports: Iterable[TokenUsage], asked: set[tuple[str, object]]) -> Iterator[Q]:
    """Conditions for reports that share something with `reports`; what was asked before is left out."""
    wanted: dict[str, set[object]] = {}
    for report in reports:
        values: list[tuple[str, object]] = [
            ("response_id", report.response_id),
            ("request_id", report.request_id),
            ("trace_id", report.trace_id),
            ("superseded_by_id", report.superseded_by_id),
            ("pk", report.superseded_by_id),
            # Nothing gave way to a row that was only just written.
            ("superseded_by_id", None if report._state.adding else report.pk),
        ]
        for name, value in values:
            if value and (name, value) not in asked:
                asked.add((name, value))
                wanted.setdefault(name, set()).add(value)
    for name, found in wanted.items():
        ordered = sorted(found, key=str)
        for start in range(0, len(ordered), _CHUNK):
            # The empty text is spelled out for the partial indexes.
            is_set = ~Q(**{name: ""}) if name.endswith(("response_id", "request_id", "trace_id")) else Q()
            yield is_set & Q(**{f"{name}__in": ordered[start : start + _CHUNK]})


def _alike(project_id: UUID, seeds: Iterable[TokenUsage]) -> set[UUID]:
    """Rows of a seed's size and time: any for a seed without ids, else those without."""
    adapt_id, adapt_moment = column_adapters(TokenUsage, ["id", "occurred_at"])
    wanted: list[list[Any]] = [
        [
            seed.service,
            seed.observer,
            bool(seed.response_id or seed.request_id),
            seed.input_tokens,
            seed.output_tokens,
            adapt_moment(began(seed) - ALIKE_SLACK),
            adapt_moment(seed.occurred_at + ALIKE_SLACK + _LATER_END),
        ]
        for seed in seeds
        if seed.service and (seed.input_tokens or seed.output_tokens)
    ]
    found: set[UUID] = set()
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), _ALIKE_CHUNK):
            chunk = wanted[start : start + _ALIKE_CHUNK]
            rows = ", ".join([_ALIKE_ROW] * len(chunk))
            parameters = [value for row in chunk for value in row]
            cursor.execute(_ALIKE_SQL.format(rows=rows), [*parameters, adapt_id(project_id)])
            found.update(row[0] if isinstance(row[0], UUID) else UUID(row[0]) for row in cursor.fetchall())
    return found
