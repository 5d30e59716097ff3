"""Records of POST /api/usage: our own form of a call, read strictly.

Fields are named as those of `UsageEvent`, but for `id`, `cost`, `person` and `agent`. Totals are inclusive:
input contains cached tokens, output contains reasoning. integrations/doors/openapi.py describes them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from billing.ledger.events import UsageEvent
from billing.models import TokenUsage
from billing.models.token_usage import COUNT_COLUMNS
from billing.pricing.providers import canonical_provider
from integrations.sources.values import BadValueError, amount, count, moment, native_id, plain, storable

Reader = Callable[[Any, str], Any]
"""From a JSON value and the field's name to the event's value. Raises BadValueError."""

_NAME_SHOWN = 60
_MOST_TAGS = 100


def _texts(limit: int) -> Reader:
    def read(value: Any, field: str) -> str:
        if not isinstance(value, str):
            raise BadValueError(f"{field}: is not a text")
        words = storable(value).strip()
        if len(words) > limit:
            raise BadValueError(f"{field}: longer than {limit} characters")
        return words

    return read


def _choices(known: list[str]) -> Reader:
    def read(value: Any, field: str) -> str:
        if value not in known:
            raise BadValueError(f"{field}: is not one of {', '.join(known)}")
        return str(value)

    return read


def _hexadecimal(length: int) -> Reader:
    whole = re.compile(rf"[0-9a-f]{{{length}}}")

    def read(value: Any, field: str) -> str:
        digits = value.lower() if isinstance(value, str) else ""
        if not whole.fullmatch(digits) or not digits.strip("0"):
            raise BadValueError(f"{field}: is not {length} hexadecimal digits, or all of them are 0")
        return digits

    return read


def _identity(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise BadValueError(f"{field}: is not a text")
    return native_id(value)


def _tags(value: Any, field: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadValueError(f"{field}: is not a list of texts")
    if len(value) > _MOST_TAGS:
        raise BadValueError(f"{field}: more than {_MOST_TAGS}")
    read = _texts(200)
    return tuple(filter(None, (read(tag, f"{field}[{place}]") for place, tag in enumerate(value))))


def _object(value: Any, field: str) -> Any:
    if not isinstance(value, dict):
        raise BadValueError(f"{field}: is not an object")
    return plain(value)


def _provider(value: Any, field: str) -> str:
    return canonical_provider(_texts(64)(value, field))


def _limit(column: str) -> int:
    field: Any = TokenUsage._meta.get_field(column)
    return int(field.max_length)


READERS: Mapping[str, tuple[str, Reader]] = {
    "id": ("native_id", _identity),
    "occurred_at": ("occurred_at", moment),
    "provider": ("provider", _provider),
    "model": ("model", _texts(_limit("model"))),
    "request_type": ("request_type", _choices(TokenUsage.RequestType.values)),
    "status": ("status", _choices(TokenUsage.Status.values)),
    **{name: (name, count) for name in COUNT_COLUMNS},
    "cost": ("reported_cost", amount),
    "person": ("person_label", _texts(_limit("person_label"))),
    "agent": ("agent_label", _texts(_limit("agent_label"))),
    "trace_id": ("trace_id", _hexadecimal(32)),
    "span_id": ("span_id", _hexadecimal(16)),
    "parent_span_id": ("parent_span_id", _hexadecimal(16)),
    "tags": ("tags", _tags),
    "raw_usage": ("raw_usage", _object),
    **{
        name: (name, _texts(_limit(name)))
        for name in (
            "error_type",
            "service_tier",
            "session_id",
            "environment",
            "service",
            "response_id",
            "request_id",
        )
    },
}
"""Field of a record → field of the event, and how it is read."""

_REQUIRED = ("occurred_at", "provider", "model")


def event_of(record: Mapping[str, Any], *, dedup_scope: str) -> UsageEvent:
    """Null is as good as absent. Raises BadValueError: the message begins with the field's name."""
    given: dict[str, Any] = {}
    for name, (field, read) in READERS.items():
        if record.get(name) is not None:
            given[field] = read(record[name], name)
    for name in _REQUIRED:
        if not given.get(name):
            raise BadValueError(f"{name}: missing")
    identity = given.pop("native_id", "") or given.get("response_id", "")
    if not identity:
        raise BadValueError("id: missing, and so is response_id: one of them is needed")
    if "trace_id" not in given and ("span_id" in given or "parent_span_id" in given):
        raise BadValueError("trace_id: missing, but there is a span")
    return UsageEvent(**given, native_id=identity, dedup_scope=dedup_scope, observer="api", source="")


def unknown_fields(record: Mapping[str, Any]) -> list[str]:
    """Names that mean nothing here, which are likely misspelt."""
    return [storable(name)[:_NAME_SHOWN] for name in record if name not in READERS]
