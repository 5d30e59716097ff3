"""Finding the reports that may tell of the same calls as new ones, through the ledger's indexes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from billing.ledger.decide import ALIKE_SLACK, began
from billing.models import TokenUsage

_CHUNK = 400
"""Values a query: SQLite's oldest default allows 999 parameters."""

_ALIKE_CHUNK = 60
_LATER_END = timedelta(minutes=1)
"""How much later than a call itself an observer around it may end."""

_ROUNDS = 6


def kin_of(project_id: UUID, seeds: Sequence[TokenUsage]) -> dict[UUID, TokenUsage]:
    """The seeds, and all reports of the project that share an id, a trace or a decision with one of them, and
    with those again; and reports that resemble a seed."""
    known = {seed.pk: seed for seed in seeds}
    asked: set[tuple[str, object]] = set()
    fresh: list[TokenUsage] = list(seeds)
    for round_number in range(_ROUNDS):
        conditions = list(_shared(fresh, asked))
        if round_number == 0:
            conditions += _alike(fresh)
        found = {
            row.pk: row
            for condition in conditions
            for row in TokenUsage.objects.reports().filter(condition, project_id=project_id)
            if row.pk not in known
        }
        if not found:
            break
        known |= found
        fresh = list(found.values())
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


def _alike(seeds: Iterable[TokenUsage]) -> Iterator[Q]:
    """Conditions for reports of a seed's size and time: any for a seed without ids, else those without."""
    alternatives = []
    for seed in seeds:
        if not seed.service or not (seed.input_tokens or seed.output_tokens):
            continue
        alternative = Q(
            service=seed.service,
            occurred_at__gte=began(seed) - ALIKE_SLACK,
            occurred_at__lte=seed.occurred_at + ALIKE_SLACK + _LATER_END,
        )
        for name in ("input_tokens", "output_tokens"):
            value = getattr(seed, name)
            alternative &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
        if seed.response_id or seed.request_id:
            alternative &= Q(response_id="", request_id="")
        alternatives.append(alternative & ~Q(observer=seed.observer))
    for start in range(0, len(alternatives), _ALIKE_CHUNK):
        chunk = alternatives[start : start + _ALIKE_CHUNK]
        condition = chunk[0]
        for alternative in chunk[1:]:
            condition |= alternative
        yield ~Q(service="") & condition
