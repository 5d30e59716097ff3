"""Booking one batch of parsed records: projects, conversations, ledger, rejected records, counts."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from uuid import UUID

from billing.ledger.dedup import dedup_key
from billing.ledger.events import Outcome, Result, SpanLink, UsageEvent
from billing.ledger.record import record_usage
from integrations.models import ImportRun, RejectedRecord, Source
from integrations.services.attribution import projects_named, unassigned_name
from integrations.services.results import Counts
from integrations.services.runs import add_counts
from integrations.services.sessions import Session, SessionKey, open_sessions, settle_sessions, spans_of
from integrations.sources.parsed import ParsedUsage, Rejection, Repeat
from integrations.sources.redaction import redacted
from integrations.sources.tallies import MetKeys

BatchItem = ParsedUsage | Repeat | Rejection


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was not booked, and the project that it would have gone to."""

    rejection: Rejection
    project_id: UUID


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What became of one record of a batch; `reason` begins with the field's name when it was refused."""

    result: Result
    usage_id: UUID | None = None
    reason: str = ""


@dataclass(slots=True)
class Booked:
    """What became of a batch; `keys` are those of the calls that the ledger now has.

    `results`: one for each call and each rejection of the batch, in its order.
    """

    counts: Counts = field(default_factory=Counts)
    refused: list[Refused] = field(default_factory=list)
    keys: set[bytes] = field(default_factory=set)
    results: list[RecordResult] = field(default_factory=list)


def book(
    batch: Sequence[BatchItem],
    *,
    source: Source,
    run: ImportRun | None,
    project_name: str | None,
    met: MetKeys,
    links: Sequence[SpanLink] = (),
) -> Booked:
    """Book a batch inside the caller's transaction. Without `run` (a dry run) no rejected record is kept.

    `project_name` overrides the source's own project names, and then no other project is written to. `met`
    holds the keys of earlier batches. `links` tell how the batch's traces hang together.
    """
    parsed = [item for item in batch if isinstance(item, ParsedUsage)]
    names = [item.project_name if project_name is None else project_name for item in parsed]
    unread = [item for item in batch if isinstance(item, Rejection)]
    fallback = project_name or ""
    projects = projects_named([*names, fallback] if unread else names, source)

    booked = Booked(refused=[Refused(item, projects[fallback]) for item in unread])
    booked.counts.duplicates = sum(isinstance(item, Repeat) for item in batch)
    record = partial(record_usage, links=links, is_confined=project_name is not None)
    results = iter(_book_calls(list(zip(parsed, names, strict=True)), projects, source, met, booked, record))
    booked.results = [
        next(results) if isinstance(item, ParsedUsage) else RecordResult(Result.REJECTED, reason=item.reason)
        for item in batch
        if not isinstance(item, Repeat)
    ]
    booked.counts.rejected = len(booked.refused)
    if run is not None:
        keep_refused(booked.refused, run)
        add_counts(run, booked.counts)
    return booked


def _book_calls(
    calls: Sequence[tuple[ParsedUsage, str]],
    projects: Mapping[str, UUID],
    source: Source,
    met: MetKeys,
    booked: Booked,
    record: Callable[[Sequence[UsageEvent]], list[Outcome]],
) -> list[RecordResult]:
    """Book calls, each with the name of its project, by `record`; add up in `booked` what became of them."""
    sessions = open_sessions(
        spans_of((projects[name], item.event.session_id, item.event.occurred_at) for item, name in calls),
        source,
    )
    events = [_attributed(item, name, projects[name], source, sessions) for item, name in calls]
    outcomes = record(events)
    keys = [dedup_key(event.dedup_scope, event.native_id, event.dedup_time) for event in events]
    met_before = met.among(set(keys))
    created = []
    for (item, name), event, key, outcome in zip(calls, events, keys, outcomes, strict=True):
        if outcome.result == Result.REJECTED:
            raw = json.dumps(_shown(event), ensure_ascii=False, default=str)
            booked.refused.append(Refused(Rejection(item.where, outcome.reason, raw), projects[name]))
            continue
        booked.keys.add(key)
        if outcome.result in {Result.CREATED, Result.MERGED}:
            created.append((projects[name], event.session_id, event.occurred_at))
        _count(booked.counts, outcome, is_met=key in met_before)
    settle_sessions(sessions, spans_of(created))
    return [RecordResult(outcome.result, outcome.usage_id, outcome.reason) for outcome in outcomes]


def _attributed(
    item: ParsedUsage,
    project_name: str,
    project_id: UUID,
    source: Source,
    sessions: Mapping[SessionKey, Session],
) -> UsageEvent:
    scope = item.event.dedup_scope
    if item.is_id_local:
        # The name, not the id: a dry run makes a new project anew in every batch.
        scope = f"{scope}:{project_name or unassigned_name(source)}"
    session = sessions.get((project_id, item.event.session_id))
    return replace(
        item.event,
        project_id=project_id,
        source=source.name,
        dedup_scope=scope,
        conversation_id=None if session is None else session.conversation_id,
    )


def _count(counts: Counts, outcome: Outcome, *, is_met: bool) -> None:
    """A call that this run met before is a duplicate, even when this report is fuller and was booked."""
    if is_met or outcome.result in {Result.DUPLICATE, Result.MERGED}:
        counts.duplicates += 1
    elif outcome.result == Result.UNCHANGED:
        counts.unchanged += 1
    else:
        counts.created += 1


def _shown(event: UsageEvent) -> dict[str, object]:
    return {name: value for name, value in asdict(event).items() if value not in (None, "", ())}


def keep_refused(refused: Sequence[Refused], run: ImportRun) -> None:
    RejectedRecord.objects.bulk_create(
        RejectedRecord(
            project_id=item.project_id,
            run=run,
            record=item.rejection.where[-700:],
            reason=item.rejection.reason[:500],
            raw=redacted(item.rejection.raw),
        )
        for item in refused
    )
