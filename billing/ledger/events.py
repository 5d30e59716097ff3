"""What enters the ledger, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEvent:
    """One model call, normalised: what a source module hands to `record_usage`.

    Totals are inclusive: `input_tokens` contains cache reads and writes and audio, `output_tokens` contains
    reasoning and audio, `cache_write_tokens` contains the 1 h part. None means unknown, never zero.

    `source` names who tells us (a Source's name). `native_id` is the call's own id there; the same
    (`dedup_scope`, `native_id`) is booked once. `dedup_scope` is the id's name space: "claude-code" for ids
    that are unique in the world, something narrower for ids that a client made up. `dedup_time` is a time
    that every report of the call repeats exactly (None when reports of one call differ); it only keeps the
    key's index in order. `occurred_at` is when the call ended.

    What other observers may tell of the same call is recognised by its identity: `observer` (instrumentation
    scope as "name@version", or a tool's own log such as "claude-code.otlp"), `response_id` and `request_id`
    (the provider's), the place in its trace (hex, as OpenTelemetry writes them), `service` (service.name).
    """

    occurred_at: datetime
    provider: str
    model: str
    source: str
    native_id: str
    dedup_scope: str
    dedup_time: datetime | None = None
    project_id: UUID | None = None

    request_type: str = "chat"
    status: str = "ok"
    error_type: str = ""

    input_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    input_audio_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    output_audio_tokens: int | None = None
    web_search_requests: int | None = None
    service_tier: str = ""

    reported_cost: Decimal | None = None
    latency_ms: int | None = None
    time_to_first_token_ms: int | None = None

    person_id: UUID | None = None
    person_label: str = ""
    agent_label: str = ""
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    agent_id: UUID | None = None
    agent_run_id: UUID | None = None
    job_id: UUID | None = None
    session_id: str = ""
    environment: str = ""
    tags: tuple[str, ...] = ()

    observer: str = ""
    service: str = ""
    response_id: str = ""
    request_id: str = ""
    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    raw_usage: Any = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class SpanLink:
    """A span without usage, and the span it lies in: what leads from a wrapper to the calls inside it."""

    project_id: UUID
    trace_id: str
    span_id: str
    parent_span_id: str


class Result(StrEnum):
    """What happened to an event."""

    CREATED = "created"
    """Booked: a new row, or a more complete report that replaced a row."""
    UNCHANGED = "unchanged"
    """The ledger had it already, in this project."""
    MERGED = "merged"
    """Written as a further report of a call that counts by another row; `reason` says why."""
    DUPLICATE = "duplicate"
    """Another event of the same batch, or another project, has the same call."""
    REJECTED = "rejected"
    """Refused; `reason` names the field."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one event of a batch, in the batch's order."""

    result: Result
    usage_id: UUID | None = None
    reason: str = ""
