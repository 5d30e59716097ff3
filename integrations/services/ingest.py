"""Taking in what a program delivered live: all of it in one transaction, with a result per record."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from billing.ledger.events import Result, SpanLink
from core.database import in_transaction
from integrations.models import IngestActivity, Source
from integrations.services.booking import RecordResult, book, keep_refused
from integrations.services.content import keep_content
from integrations.services.results import Counts
from integrations.services.runs import add_counts, live_run, live_source
from integrations.sources.parsed import ParsedUsage, Rejection
from integrations.sources.tallies import MetKeys
from projects.models import Project

_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one request brought. `links` are of the delivery's traces; `client` stands for items without."""

    items: Sequence[ParsedUsage | Rejection]
    source_kind: str
    client: str
    links: Sequence[SpanLink] = ()


def take_in(delivery: Delivery, project: Project) -> list[RecordResult]:
    """Book a delivery into `project`; returns a result per item, in order. When it returns, it is committed.

    Idempotent: a delivery that comes again books nothing. Refused items are kept with the day's live run.
    """
    return in_transaction(lambda: _take_in(delivery, project))


def _take_in(delivery: Delivery, project: Project) -> list[RecordResult]:
    source = live_source(delivery.source_kind)
    with MetKeys() as met:
        booked = book(
            delivery.items,
            source=source,
            run=None,
            project_name=project.name,
            met=met,
            links=delivery.links,
        )
    if booked.refused:
        run = live_run(source, project)
        keep_refused(booked.refused, run)
        add_counts(run, Counts(rejected=len(booked.refused)))
    if project.captures_content:
        keep_content(delivery.items, booked.results, source=source, project=project)
    _note_activity(delivery, booked.results, source, project)
    return booked.results


def _note_activity(
    delivery: Delivery, results: Sequence[RecordResult], source: Source, project: Project
) -> None:
    """When each client was heard last, and, exact to the minute, its source."""
    taken: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for item, result in zip(delivery.items, results, strict=True):
        client = (item.client if isinstance(item, ParsedUsage) else "") or delivery.client
        (rejected if result.result == Result.REJECTED else taken)[client] += 1
    now = timezone.now()
    if results:
        silent = Q(last_received_at__isnull=True) | Q(last_received_at__lt=now - _A_MINUTE)
        Source.objects.filter(silent, pk=source.pk).update(last_received_at=now, updated_at=now)
    for client in sorted(taken.keys() | rejected.keys()):
        row = IngestActivity.objects.filter(project=project, client=client)
        added = {"records": F("records") + taken[client], "rejected": F("rejected") + rejected[client]}
        if not row.update(last_received_at=now, updated_at=now, **added):
            IngestActivity.objects.bulk_create(
                [IngestActivity(project=project, client=client, first_received_at=now, last_received_at=now)],
                ignore_conflicts=True,
            )
            row.update(last_received_at=now, updated_at=now, **added)
