"""The one door to the ledger: validate, de-duplicate, price, write rows and rollups, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from billing.ledger.dedup import dedup_key
from billing.ledger.events import Outcome, Result, SpanLink, UsageEvent
from billing.ledger.rows import COLUMNS, database_rows, ledger_row
from billing.ledger.sums import add_to_rollups, kept_zones
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


class LedgerRaceError(RuntimeError):
    """Another process replaced the same row in the same moment; the batch is decided again."""


@dataclass(slots=True)
class _Booking:
    """An event on its way into the ledger, and the row that it replaces, if any."""

    index: int
    event: UsageEvent
    key: bytes
    replaces: TokenUsage | None = None


def record_usage(
    events: Sequence[UsageEvent], *, links: Sequence[SpanLink] = (), price_book: PriceBook | None = None
) -> list[Outcome]:
    """Book a batch; returns what happened to each event, in order.

    Idempotent: the same (dedup_scope, native_id) is booked once, whoever calls and however often. When two
    reports of one call differ, the more complete one counts: a larger one that comes later replaces the row
    (which stays, names its successor and leaves every sum). Events that break a rule are rejected with the
    field and reason; the others are booked. Several processes may call at once, on both engines; a lock that
    was lost is tried again. All or nothing: an error other than a rejection leaves no trace of the batch.
    """
    book = price_book or PriceBook()
    for attempt in range(1, _RACE_ATTEMPTS + 1):
        try:
            return in_transaction(partial(_record, events, book))
        except LedgerRaceError:
            if attempt == _RACE_ATTEMPTS:
                raise
            # What the lost attempt learned of prices was rolled back with it.
            book = PriceBook()
    raise AssertionError("unreachable")


def _record(events: Sequence[UsageEvent], book: PriceBook) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    zones = kept_zones()
    candidates = _fullest_of_each_call(events, outcomes)
    projects = _projects(candidates)
    pending = []
    for booking in candidates.values():
        if booking.event.project_id in projects:
            pending.append(booking)
        else:
            outcomes[booking.index] = Outcome(Result.REJECTED, reason="project: does not exist")
    fresh = _without_known(pending, projects, outcomes)
    while fresh:
        rows = _priced_rows(fresh, projects, book)
        inserted = _write(rows, zones, outcomes)
        # On PostgreSQL another process may have booked a key since we looked: decide those anew.
        raced = [booking for booking in fresh if booking.key not in inserted]
        fresh = _without_known(raced, projects, outcomes)
    return [outcomes[index] for index in range(len(events))]


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


def _projects(bookings: dict[bytes, _Booking]) -> dict[UUID, Project]:
    """The existing projects of the batch, with what they say of costs."""
    ids = {booking.event.project_id for booking in bookings.values() if booking.event.project_id}
    return Project.objects.only("prefers_reported_cost", "only_reported_cost").in_bulk(ids)


def _without_known(
    bookings: list[_Booking], projects: dict[UUID, Project], outcomes: dict[int, Outcome]
) -> list[_Booking]:
    """The bookings that the ledger lacks, or has in a less complete form (`replaces` is set then)."""
    known: dict[bytes, TokenUsage] = {}
    for start in range(0, len(bookings), _LOOKUP_CHUNK):
        keys = [booking.key for booking in bookings[start : start + _LOOKUP_CHUNK]]
        rows = TokenUsage.objects.booked().filter(dedup_key__in=keys)
        for row in rows.select_related("project").defer("raw_usage", "tags"):
            known[bytes(row.dedup_key)] = row
    wanted = []
    for booking in bookings:
        row = known.get(booking.key)
        if row is not None and _completeness(booking.event) <= _completeness(row):
            same_project = row.project_id == booking.event.project_id
            outcomes[booking.index] = Outcome(
                Result.UNCHANGED if same_project else Result.DUPLICATE,
                row.pk,
                "" if same_project else "booked in another project already",
            )
            continue
        if row is not None and row.project_id != booking.event.project_id:
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
    rows: dict[UUID, tuple[_Booking, dict[str, Any]]], zones: list[str], outcomes: dict[int, Outcome]
) -> set[bytes]:
    """Write rows and rollups; returns the keys that were written: all of them, but for races."""
    replaced = {usage_id: booking.replaces for usage_id, (booking, _) in rows.items() if booking.replaces}
    for usage_id, predecessor in replaced.items():
        if not TokenUsage.objects.supersede(predecessor, successor_id=usage_id):
            raise LedgerRaceError
    inserted = insert_rows(TokenUsage, COLUMNS, database_rows(row for _, row in rows.values()))
    if not replaced.keys() <= inserted:
        raise LedgerRaceError
    added = [row for usage_id, (_, row) in rows.items() if usage_id in inserted]
    add_to_rollups(zones=zones, added=added, removed=replaced.values())
    for usage_id in inserted:
        outcomes[rows[usage_id][0].index] = Outcome(Result.CREATED, usage_id)
    return {rows[usage_id][0].key for usage_id in inserted}
