"""The boundary: what an event must satisfy before it may enter the ledger."""

from datetime import UTC, datetime

from billing.ledger.events import UsageEvent
from billing.models import TokenUsage
from billing.models.token_usage import COUNT_COLUMNS

MAX_COUNT = 2**53
"""Largest count that every JSON reader keeps exactly (RFC 8259, section 6)."""

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""Before the first commercial language model, or far ahead: the source's clock or its unit is wrong."""

_REQUEST_TYPES = frozenset(TokenUsage.RequestType.values)
_STATUSES = frozenset(TokenUsage.Status.values)
_PARTS = (
    ("cache_write_1h_tokens", "cache_write_tokens"),
    ("input_audio_tokens", "input_tokens"),
    ("reasoning_tokens", "output_tokens"),
    ("output_audio_tokens", "output_tokens"),
)
_TEXTS = tuple(
    (field.name, field.max_length)
    for field in TokenUsage._meta.concrete_fields
    if field.get_internal_type() == "CharField" and field.name in UsageEvent.__dataclass_fields__
)


def fault(event: UsageEvent) -> str:
    """Why `event` cannot be booked, naming the field; empty when it can."""
    return _identity_fault(event) or _count_fault(event) or _whole_fault(event) or _text_fault(event)


def _identity_fault(event: UsageEvent) -> str:
    if event.project_id is None:
        return "project: missing"
    if not event.provider:
        return "provider: missing"
    if not event.native_id:
        return "native_id: missing"
    if event.occurred_at.tzinfo is None:
        return "occurred_at: has no time zone"
    if not EARLIEST <= event.occurred_at < LATEST:
        return f"occurred_at: {event.occurred_at:%Y-%m-%d} is not between {EARLIEST:%Y} and {LATEST:%Y}"
    if event.request_type not in _REQUEST_TYPES:
        return f"request_type: “{event.request_type}” is not one of {', '.join(sorted(_REQUEST_TYPES))}"
    if event.status not in _STATUSES:
        return f"status: “{event.status}” is not one of {', '.join(sorted(_STATUSES))}"
    if event.reported_cost is not None and (not event.reported_cost.is_finite() or event.reported_cost < 0):
        return f"reported_cost: {event.reported_cost} is not an amount"
    return ""


def _count_fault(event: UsageEvent) -> str:
    for name in COUNT_COLUMNS:
        value = getattr(event, name)
        if value is None:
            continue
        if type(value) is not int:
            return f"{name}: {value!r} is not a whole number"
        if value < 0:
            return f"{name}: {value} is negative"
        if value > MAX_COUNT:
            return f"{name}: {value} is too large"
    return ""


def _whole_fault(event: UsageEvent) -> str:
    cached = (event.cache_read_tokens or 0) + (event.cache_write_tokens or 0)
    if event.input_tokens is not None and cached > event.input_tokens:
        return f"input_tokens: {event.input_tokens} is less than its cached part {cached}"
    for part, whole in _PARTS:
        part_value, whole_value = getattr(event, part), getattr(event, whole)
        if part_value is not None and whole_value is not None and part_value > whole_value:
            return f"{part}: {part_value} exceeds {whole} {whole_value}"
    return ""


def _text_fault(event: UsageEvent) -> str:
    for name, limit in _TEXTS:
        value = getattr(event, name)
        if limit is not None and len(value) > limit:
            return f"{name}: longer than {limit} characters"
        if "\x00" in value:
            return f"{name}: contains U+0000"
    return ""
