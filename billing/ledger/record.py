"""The one door to the ledger: validate, de-duplicate, price, write rows and rollups, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from billing.ledger.dedup import dedup_key
from billing.ledger.events import Outcome, Result, SpanLink, UsageEvent
from billing.ledger.rows import COLUMNS, database_rows, ledger_row, usage_of
from billing.ledger.settle import (
    LedgerRaceError,
    Settled,
    has_identity,
    hold_identities,
    reports_in_traces,
    settle,
)
from billing.ledger.sums import add_to_rollups, kept_zones
from billing.ledger.traces import remember
from billing.ledger.validation import fault
from billing.measures import ANSWERED
from billing.models import TokenUsage
from billing.pricing.book import PriceBook
from core.bulk import insert_rows
from core.database import in_transaction
from projects.models import Project

_LOOKUP_CHUNK = 900
"""Keys a query: SQLite's oldest default allows 999 parameters."""

_RACE_ATTEMPTS = 5


@dataclass(slots=True)
class _Booking:
    """An event on its way into the ledger, and the row that it replaces, if any."""

    index: int
    event: UsageEvent
    key: bytes
    replaces: TokenUsage | None = None


@dataclass(slots=True)
class _Written:
    """Rows that were inserted (column → value), and those that they replaced, as they were before."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    replaced: list[TokenUsage] = field(default_factory=list)


def record_usage(
    events: Sequence[UsageEvent],
    *,
    links: Sequence[SpanLink] = (),
    price_book: PriceBook | None = None,
    is_confined: bool = False,
) -> list[Outcome]:
    """Book a batch; returns what happened to each event, in order.

    Idempotent: the same (dedup_scope, native_id) is booked once, whoever calls and however often. When two
    reports of it differ, the more complete one counts: a larger one that comes later replaces the row (which
    stays, names its successor and leaves every sum). A call that several observers report counts once as well
    (billing.ledger.decide); `links` tell how their traces hang together. Events that break a rule are
    rejected with the field and reason; the others are booked. Several processes may call at once, on both
    engines; a lock that was lost is tried again. All or nothing: an error other than a rejection leaves no
    trace of the batch.

    With `is_confined` nothing but the events' own projects changes: what another project has of a call stays,
    however full the report. So it must be for whoever may write to one project alone.
    """
    book = price_book or PriceBook()
    for attempt in range(1, _RACE_ATTEMPTS + 1):
        try:
            return in_transaction(partial(_record, events, links, book, is_confined))
        except LedgerRaceError:
            if attempt == _RACE_ATTEMPTS:
                raise
            # What the lost attempt learned of prices was rolled back with it.
            book = PriceBook()
    raise AssertionError("unreachable")


def _record(
    events: Sequence[UsageEvent], links: Sequence[SpanLink], book: PriceBook, is_confined: bool
) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    zones = kept_zones()
    candidates = _fullest_of_each_call(events, outcomes)
    identified = [booking.event for booking in candidates.values() if has_identity(booking.event)]
    hold_identities(identified, links)
    projects = _projects(candidates, links)
    links = [link for link in links if link.project_id in projects]
    remember(links)
    pending = []
    for booking in candidates.values():
        if booking.event.project_id in projects:
            pending.append(booking)
        else:
            outcomes[booking.index] = Outcome(Result.REJECTED, reason="project: does not exist")
    fresh = _without_known(pending, projects, outcomes, is_confined)
    written = _Written()
    while fresh:
        rows = _priced_rows(fresh, projects, book)
        inserted = _write(rows, outcomes, written)
        # On PostgreSQL another process may have booked a key since we looked: decide those anew.
        raced = [booking for booking in fresh if booking.key not in inserted]
        fresh = _without_known(raced, projects, outcomes, is_confined)
    settled = _settled(written, links, projects, book)
    add_to_rollups(
        zones=zones,
        added=[*written.rows, *settled.added],
        removed=[*(row for row in written.replaced if row.superseded_by_id is None), *settled.removed],
    )
    for index, outcome in outcomes.items():
        if outcome.result == Result.CREATED and outcome.usage_id in settled.absorbed:
            reason = TokenUsage.Superseded(settled.absorbed[outcome.usage_id]).label
            outcomes[index] = Outcome(Result.MERGED, outcome.usage_id, reason)
    return [outcomes[index] for index in range(len(events))]


def _settled(
    written: _Written, links: Sequence[SpanLink], projects: dict[UUID, Project], book: PriceBook
) -> Settled:
    """Decide on what was written, on reports whose place in a trace came to light, and on those that shared a
    row with a replaced report."""
    seeds = {report.pk: report for report in reports_in_traces(links)}
    former = [row for row in written.replaced if row.superseded_by_id is not None]
    if former:
        heirs = {row.superseded_by_id for row in former}
        shared = TokenUsage.objects.reports().filter(superseded_by_id__in=heirs)
        seeds |= shared.filter(project_id__in={row.project_id for row in former}).in_bulk()
    for row in written.rows:
        if row["id"] not in seeds and has_identity(report := usage_of(row)):
            seeds[report.pk] = report
    return settle(list(seeds.values()), projects, book, timezone.now()) if seeds else Settled()


def _fullest_of_each_call(
    events: Sequence[UsageEvent], outcomes: dict[int, Outcome]
) -> dict[bytes, _Booking]:
    """One booking a call: the fullest of the batch, the first of equals; the others are duplicates."""
    kept: dict[bytes, _Booking] = {}
    for index, event in enumerate(events):
        if reason := fault(event):
            outcomes[index] = Outcome(Result.REJECTED, reason=reason)
            continue
        key = dedup_key(event.dedup_scope, event.native_id, event.dedup_time)
        rival = kept.get(key)
        if rival is None:
            kept[key] = _Booking(index, event, key)
            continue
        outcomes[index] = Outcome(Result.DUPLICATE)
        if _completeness(event) > _completeness(rival.event):
            # The first report keeps the attribution, the fullest gives the figures.
            rival.event = _attributed_like(event, rival.event)
    return kept


def _completeness(report: UsageEvent | TokenUsage) -> tuple[bool, bool, int]:
    """How much a report of a call tells: an answer beats an error, counts beat none, larger beats smaller."""
    measured = report.input_tokens is not None or report.output_tokens is not None
    return report.status in ANSWERED, measured, (report.input_tokens or 0) + (report.output_tokens or 0)


_ATTRIBUTION = ("project_id", "person_id", "person_label", "conversation_id", "message_id", "session_id")


def _attributed_like(event: UsageEvent, other: UsageEvent | TokenUsage) -> UsageEvent:
    return replace(event, **{name: getattr(other, name) for name in _ATTRIBUTION})


def _projects(bookings: dict[bytes, _Booking], links: Sequence[SpanLink]) -> dict[UUID, Project]:
    """The existing projects of the batch, with what they say of costs."""
    ids = {booking.event.project_id for booking in bookings.values() if booking.event.project_id}
    ids |= {link.project_id for link in links}
    return Project.objects.only("prefers_reported_cost", "only_reported_cost").in_bulk(ids)


def _without_known(
    bookings: list[_Booking], projects: dict[UUID, Project], outcomes: dict[int, Outcome], is_confined: bool
) -> list[_Booking]:
    """The bookings that the ledger lacks, or has in a less complete form (`replaces` is set then)."""
    known: dict[bytes, TokenUsage] = {}
    for start in range(0, len(bookings), _LOOKUP_CHUNK):
        keys = [booking.key for booking in bookings[start : start + _LOOKUP_CHUNK]]
        rows = TokenUsage.objects.reports().filter(dedup_key__in=keys)
        for row in rows.select_related("project").defer("raw_usage", "tags"):
            known[bytes(row.dedup_key)] = row
    wanted = []
    for booking in bookings:
        row = known.get(booking.key)
        same_project = row is None or row.project_id == booking.event.project_id
        is_held = is_confined and not same_project
        if row is not None and (is_held or _completeness(booking.event) <= _completeness(row)):
            outcomes[booking.index] = Outcome(
                Result.UNCHANGED if same_project else Result.DUPLICATE,
                row.pk,
                "" if same_project else "booked in another project already",
            )
            continue
        if row is not None and not same_project:
            booking.event = _attributed_like(booking.event, row)
            projects[row.project_id] = row.project
        booking.replaces = row
        wanted.append(booking)
    return wanted


def _priced_rows(
    bookings: list[_Booking], projects: dict[UUID, Project], book: PriceBook
) -> dict[UUID, tuple[_Booking, dict[str, Any]]]:
    """Ledger rows by their new id, in key order: one order for all processes, so none wait in a circle."""
    recorded_at = timezone.now()
    rows = {}
    for booking in sorted(bookings, key=lambda booking: booking.key):
        project = projects[booking.event.project_id]  # type: ignore[index]
        priced = book.price(
            booking.event,
            prefers_reported=project.prefers_reported_cost,
            only_reported=project.only_reported_cost,
        )
        row = ledger_row(booking.event, priced, booking.key, recorded_at)
        rows[row["id"]] = booking, row
    return rows


def _write(
    rows: dict[UUID, tuple[_Booking, dict[str, Any]]], outcomes: dict[int, Outcome], written: _Written
) -> set[bytes]:
    """Write rows; returns the keys that were written: all of them, but for races."""
    replaced = {usage_id: booking.replaces for usage_id, (booking, _) in rows.items() if booking.replaces}
    for usage_id, predecessor in replaced.items():
        reason = TokenUsage.Superseded.FULLER
        if not TokenUsage.objects.redirect(predecessor, successor_id=usage_id, reason=reason):
            raise LedgerRaceError
    inserted = insert_rows(TokenUsage, COLUMNS, database_rows(row for _, row in rows.values()))
    if not replaced.keys() <= inserted:
        raise LedgerRaceError
    written.replaced += replaced.values()
    written.rows += [row for usage_id, (_, row) in rows.items() if usage_id in inserted]
    for usage_id in inserted:
        outcomes[rows[usage_id][0].index] = Outcome(Result.CREATED, usage_id)
    return {rows[usage_id][0].key for usage_id in inserted}
