"""From an observation of Langfuse to a ledger event."""

import re
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.ledger.events import UsageEvent
from billing.pricing.providers import canonical_provider
from integrations.sources.json_records import Record
from integrations.sources.langfuse.usage import read_tokens
from integrations.sources.makers import maker_of
from integrations.sources.nested import first, member, members
from integrations.sources.parsed import Ignored, Link, Parsed, ParsedUsage
from integrations.sources.values import (
    BadValueError,
    amount,
    each,
    milliseconds,
    moment,
    native_id,
    optional_moment,
    plain,
    text,
)

_CALLS = {"GENERATION": "chat", "EMBEDDING": "embedding"}
_ALTERNATIVES = (("id",), ("type",), ("start_time", "startTime"))
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_SPAN_ID = re.compile(r"[0-9a-f]{16}")
_PROVIDERS = ("gen_ai.provider.name", "gen_ai.system", "ls_provider")
_RESPONSE_IDS = ("gen_ai.response.id", "response_id")


def refusal(names: Collection[str]) -> str:
    missing = [options[0] for options in _ALTERNATIVES if not any(name in names for name in options)]
    return f"is no export of Langfuse's observations: {', '.join(missing)} missing" if missing else ""


def parse(record: Record) -> Parsed:
    """Raises BadValueError, naming the field."""
    fields = record.value
    kind = text(fields.get("type"), 40).upper()
    if not fields.get("id"):
        raise BadValueError("id: missing")
    trace_id, span_id, parent_id = _place(fields)
    if kind not in _CALLS:
        if span_id and parent_id:
            return Link(trace_id, span_id, parent_id)
        return Ignored("observations of Langfuse that are no model calls")
    started = moment(first(fields, "start_time", "startTime"), "start_time")
    ended = optional_moment(first(fields, "end_time", "endTime"), "end_time") or started
    usage = member(fields, "usage_details", "usageDetails", "usage")
    usage = {name: value for name, value in usage.items() if name != "unit" and "cost" not in name.lower()}
    tokens = read_tokens(usage)
    is_measured = tokens.input is not None or tokens.output is not None
    is_error = text(fields.get("level"), 20).upper() == "ERROR"
    model = text(first(fields, "provided_model_name", "providedModelName", "model"), 200)
    said = _attributes(fields)
    project = text(first(fields, "project_name", "project_id", "projectId"), 200)
    environment = text(fields.get("environment"), 64)
    event = UsageEvent(
        occurred_at=ended,
        provider=canonical_provider(text(first(said, *_PROVIDERS), 64)) or maker_of(model),
        model=model,
        source="",
        native_id=native_id(fields["id"]),
        dedup_scope=f"langfuse:{text(first(fields, 'project_id', 'projectId'), 200)}",
        request_type=_CALLS[kind],
        status=_status(is_measured=is_measured, is_error=is_error),
        error_type="unknown" if is_error else "",
        input_tokens=tokens.input,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write,
        cache_write_1h_tokens=tokens.cache_write_1h,
        input_audio_tokens=tokens.input_audio,
        output_tokens=tokens.output,
        reasoning_tokens=tokens.reasoning,
        output_audio_tokens=tokens.output_audio,
        reported_cost=_cost(fields),
        latency_ms=milliseconds(started, ended) if ended != started else None,
        time_to_first_token_ms=_first_token_ms(fields, started),
        person_label=text(first(fields, "user_id", "userId"), 320),
        session_id=text(first(fields, "session_id", "sessionId"), 255),
        environment="" if environment == "default" else environment,
        tags=each(members(fields, "tags"), lambda tag: text(tag, 200)),
        observer="langfuse",
        response_id=text(first(said, *_RESPONSE_IDS), 200),
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent_id,
        raw_usage=plain(usage) or None,
    )
    return ParsedUsage(record.where, project, event)


def _place(fields: dict[str, Any]) -> tuple[str, str, str]:
    """Trace, span and parent where their ids are OpenTelemetry's, as they are since version 3 of the SDKs."""
    trace_id = text(first(fields, "trace_id", "traceId"), 200).lower()
    span_id = text(fields.get("id"), 200).lower()
    if not (_TRACE_ID.fullmatch(trace_id) and _SPAN_ID.fullmatch(span_id)):
        return "", "", ""
    parent_id = text(first(fields, "parent_observation_id", "parentObservationId"), 200).lower()
    return trace_id, span_id, parent_id if _SPAN_ID.fullmatch(parent_id) else ""


def _attributes(fields: dict[str, Any]) -> dict[str, Any]:
    """What the instrumentation said: Langfuse keeps it in the metadata, in two levels or in one."""
    metadata = member(fields, "metadata")
    return {**metadata, **member(metadata, "attributes")}


def _status(*, is_measured: bool, is_error: bool) -> str:
    if is_measured:
        return "partial" if is_error else "ok"
    return "error" if is_error else "unmeasured"


def _cost(fields: dict[str, Any]) -> Decimal | None:
    """Langfuse writes 0 where it knows no price; then it has no details either."""
    total = amount(first(fields, "total_cost", "totalCost", "calculatedTotalCost"), "total_cost")
    details = member(fields, "cost_details", "costDetails")
    if total is None:
        total = amount(details.get("total"), "cost_details.total")
    return total if total or details else None


def _first_token_ms(fields: dict[str, Any], started: datetime) -> int | None:
    first_at = optional_moment(
        first(fields, "completion_start_time", "completionStartTime"), "completion_start_time"
    )
    return milliseconds(started, first_at)
