"""Booking the model calls of a batch, and remembering which row became which call."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from billing.ledger.events import Outcome, Result, UsageEvent
from billing.ledger.record import record_usage
from billing.models import TokenUsage
from billing.models.token_usage import TOKEN_COLUMNS
from billing.pricing.catalog import find_model
from integrations.models import ImportedRow, Source
from integrations.services.systems.cleaning import HASH_BYTES, storable
from integrations.services.systems.memory import Remembered

_TARGET = TokenUsage._meta.label_lower
_FIELDS = tuple(field.name for field in fields(UsageEvent))
_NOTHING = (None, "", ())


@dataclass(slots=True)
class Call:
    """A call to be booked, the key under which it is remembered, and what is known of it."""

    event: UsageEvent
    table: str
    key: str
    known: Remembered | None
    digest: bytes


def prepared(event: UsageEvent, source: Source, table: str, key: str, awkward: Counter[str]) -> UsageEvent:
    """The event with its identity; what is awkward in it is counted."""
    if any((getattr(event, name) or 0) < 0 for name in TOKEN_COLUMNS):
        awkward["negative_tokens"] += 1
    if event.input_tokens is None and event.output_tokens is None:
        awkward["null_tokens"] += 1
    if not event.model:
        awkward["no_model"] += 1
    elif not _is_known(event.provider, event.model):
        awkward["unknown_models"] += 1
    return replace(
        event,
        source=source.name,
        native_id=f"{table}:{key}"[:512],
        dedup_scope=f"{source.kind}:{source.pk}",
        model=storable(event.model, awkward)[:200],
        person_label=storable(event.person_label, awkward)[:320],
        agent_label=storable(event.agent_label, awkward)[:200],
        session_id=storable(event.session_id, awkward)[:255],
        raw_usage=storable(event.raw_usage, awkward),
    )


@lru_cache(maxsize=4096)
def _is_known(provider: str, model: str) -> bool:
    return find_model(provider, model) is not None


def call_hash(event: UsageEvent) -> bytes:
    """16 bytes over what the event says."""
    said = {name: value for name in _FIELDS if (value := getattr(event, name)) not in _NOTHING}
    content = json.dumps(said, default=_text)
    return sha256(content.encode()).digest()[:HASH_BYTES]


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value) if isinstance(value, UUID) else repr(value)


def book_calls(calls: Sequence[Call], source: Source) -> list[Outcome]:
    """Book what is new or changed; returns an outcome a call, UNCHANGED where nothing was said anew."""
    wanted = [call for call in calls if call.known is None or call.known.content_hash != call.digest]
    booked = iter(record_usage([call.event for call in wanted]))
    outcomes = [
        next(booked)
        if call.known is None or call.known.content_hash != call.digest
        else Outcome(Result.UNCHANGED, call.known.target_id)
        for call in calls
    ]
    _remember(calls, outcomes, source)
    return outcomes


def _remember(calls: Sequence[Call], outcomes: Sequence[Outcome], source: Source) -> None:
    made = []
    for call, outcome in zip(calls, outcomes, strict=True):
        if outcome.usage_id is None or outcome.result == Result.REJECTED:
            continue
        if call.known is not None:
            if call.known.content_hash != call.digest:
                ImportedRow.objects.filter(pk=call.known.pk, project_id=call.known.project_id).update(
                    content_hash=call.digest, target_id=outcome.usage_id
                )
            continue
        made.append(
            ImportedRow(
                project_id=call.event.project_id,  # type: ignore[misc]  # a call without one is rejected
                source=source,
                source_table=call.table,
                source_key=call.key,
                target_model=_TARGET,
                target_id=outcome.usage_id,
                content_hash=call.digest,
            )
        )
    ImportedRow.objects.bulk_create(
        made,
        update_conflicts=True,
        update_fields=["target_id", "content_hash"],
        unique_fields=["project", "source", "source_table", "source_key"],
    )
