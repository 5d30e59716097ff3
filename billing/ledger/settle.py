"""Deciding which of several reports of a call counts, and letting the ledger say so.

Decided anew whenever a report, a parent or a child comes, from all reports at hand: the order of arrival does
not matter, and an earlier decision is taken back when it no longer holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from billing.ledger.decide import Group, decide
from billing.ledger.dedup import dedup_key
from billing.ledger.events import SpanLink
from billing.ledger.kin import kin_of
from billing.ledger.merging import adds_to, merged_event, merged_values
from billing.ledger.rows import COLUMNS, columns_of, database_rows, ledger_row
from billing.ledger.traces import parents_of
from billing.models import TokenUsage
from billing.pricing.book import PriceBook
from core.bulk import insert_rows, is_postgresql
from projects.models import Project

_LOCK_CLASS = 0x_C0_117
_LOCKS = 64
"""Advisory locks over all identities: few enough for any lock table, enough for writers to rarely meet."""

_CHUNK = 400

Superseded = TokenUsage.Superseded


class LedgerRaceError(RuntimeError):
    """Another process redirected the same row in the same moment; the batch is decided again."""


@dataclass(slots=True)
class Settled:
    """`added` rows (column → value) and `removed` rows change the sums. `absorbed`: reports, each with why
    another one counts."""

    added: list[dict[str, Any]] = field(default_factory=list)
    removed: list[TokenUsage] = field(default_factory=list)
    absorbed: dict[UUID, str] = field(default_factory=dict)


def has_identity(report: Any) -> bool:
    """Whether another observer could tell of the same call."""
    return bool(report.response_id or report.request_id or report.trace_id or report.service)


def hold_identities(reports: Iterable[Any], links: Iterable[SpanLink]) -> None:
    """Until the transaction ends, nobody else settles reports of the same ids, traces or sizes.

    Without it two observers' reports that arrive at once would not see one another, and both would count. On
    SQLite the write lock does it.
    """
    if not is_postgresql():
        return
    identities = {f"trace {link.trace_id}" for link in links}
    for report in reports:
        identities |= {
            f"response {report.response_id}",
            f"request {report.request_id}",
            f"trace {report.trace_id}",
            f"size {report.service} {report.input_tokens} {report.output_tokens}",
        }
    locks = sorted({dedup_key("lock", identity, None)[-1] % _LOCKS for identity in identities})
    if locks:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, lock) FROM unnest(%s::int[]) AS lock", [_LOCK_CLASS, locks]
            )


def settle(
    seeds: Sequence[TokenUsage], projects: Mapping[UUID, Project], book: PriceBook, recorded_at: datetime
) -> Settled:
    """Decide on `seeds` and their kin, in the caller's transaction."""
    settled = Settled()
    by_project: dict[UUID, list[TokenUsage]] = {}
    for seed in seeds:
        by_project.setdefault(seed.project_id, []).append(seed)
    for project_id in sorted(by_project):
        reports = kin_of(project_id, by_project[project_id])
        if len(reports) == 1 and next(iter(reports.values())).superseded_by_id is None:
            continue
        traces = {report.trace_id for report in reports.values() if report.trace_id}
        groups = decide(list(reports.values()), parents_of(project_id, traces) if traces else {})
        _apply(groups, projects[project_id], book, recorded_at, settled)
    return settled


def reports_in_traces(links: Iterable[SpanLink]) -> list[TokenUsage]:
    """Reports that lie in traces of which we hear more."""
    traces: dict[UUID, set[str]] = {}
    for link in links:
        traces.setdefault(link.project_id, set()).add(link.trace_id)
    found: list[TokenUsage] = []
    for project_id, trace_ids in traces.items():
        ordered = sorted(trace_ids)
        for start in range(0, len(ordered), _CHUNK):
            rows = TokenUsage.objects.reports().exclude(trace_id="")
            found += rows.filter(project_id=project_id, trace_id__in=ordered[start : start + _CHUNK])
    return found


def _apply(
    groups: Sequence[Group], project: Project, book: PriceBook, recorded_at: datetime, settled: Settled
) -> None:
    members = [report for group in groups for report in (*group.reports, *group.wrappers)]
    merges = _merges({report.superseded_by_id for report in members} - {None}, project)
    made: list[dict[str, Any]] = []
    kept: set[UUID] = set()
    redirects: list[tuple[TokenUsage, UUID | None, str]] = []
    for group in groups:
        values = merged_values(group)
        counting: UUID = group.best.pk
        if adds_to(values, group.best):
            standing = _standing(group, values, merges)
            if standing is not None:
                counting = standing
                kept.add(standing)
            else:
                row = _merged_row(group, values, project, book, recorded_at)
                made.append(row)
                counting = row["id"]
        is_merged = counting != group.best.pk
        others = group.others or [(group.best, Superseded.SAME_CALL)]
        best_reason = str(others[0][1]) if is_merged else ""
        redirects.append((group.best, counting if is_merged else None, best_reason))
        redirects += [(report, counting, reason) for report, reason in group.others]
        redirects += [(report, counting, Superseded.WRAPPER) for report in group.wrappers]
        settled.absorbed |= {report.pk: reason for report, reason in group.others}
        settled.absorbed |= {report.pk: Superseded.WRAPPER for report in group.wrappers}
    heirs = {report.superseded_by_id: heir or report.pk for report, heir, _ in redirects}
    redirects += [
        (merge, heirs[merge.pk], Superseded.REMADE) for merge in merges.values() if merge.pk not in kept
    ]
    insert_rows(TokenUsage, COLUMNS, database_rows(made))
    settled.added += made
    for report, heir, reason in redirects:
        _redirect(report, heir, str(reason), settled)


def _merges(ids: Iterable[UUID | None], project: Project) -> dict[UUID, TokenUsage]:
    """The merged rows that count now for reports at hand."""
    ordered = sorted(found for found in ids if found is not None)
    merges: dict[UUID, TokenUsage] = {}
    for start in range(0, len(ordered), _CHUNK):
        rows = TokenUsage.objects.booked().filter(project_id=project.pk, is_merged=True)
        merges |= rows.in_bulk(ordered[start : start + _CHUNK])
    return merges


def _standing(group: Group, values: dict[str, Any], merges: Mapping[UUID, TokenUsage]) -> UUID | None:
    """The merged row that says just this already, if there is one."""
    for report in group.reports:
        merge = merges.get(report.superseded_by_id) if report.superseded_by_id else None
        if (
            merge is not None
            and merge.native_id == group.best.native_id
            and merge.model == group.best.model
            and merge.status == group.best.status
            and not adds_to(values, merge)
        ):
            return merge.pk
    return None


def _merged_row(
    group: Group, values: dict[str, Any], project: Project, book: PriceBook, recorded_at: datetime
) -> dict[str, Any]:
    event = merged_event(group, values)
    priced = book.price(
        event, prefers_reported=project.prefers_reported_cost, only_reported=project.only_reported_cost
    )
    row = ledger_row(event, priced, b"", recorded_at)
    row["dedup_key"] = dedup_key("merged", str(row["id"]), event.occurred_at)
    row["is_merged"] = True
    return row


def _redirect(row: TokenUsage, heir: UUID | None, reason: str, settled: Settled) -> None:
    """Let `heir` count in the place of `row`; raises LedgerRaceError when somebody else was quicker."""
    if row.superseded_by_id == heir and row.superseded_as == reason:
        return
    if not TokenUsage.objects.redirect(row, successor_id=heir, reason=reason):
        raise LedgerRaceError
    if row.superseded_by_id is None and heir is not None:
        settled.removed.append(row)
    elif row.superseded_by_id is not None and heir is None:
        settled.added.append(columns_of(row))
