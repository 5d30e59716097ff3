"""Spans and log records as OTLP carries them, in plain values, whatever their encoding was."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Attributes = dict[str, Any]
"""Values are str, bool, int, float, None, lists and dicts of them; bytes stand as base64 text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Who observed: the instrumentation scope, and the resource (the program) it ran in."""

    name: str = ""
    version: str = ""
    resource: Attributes = field(default_factory=dict)

    @property
    def observer(self) -> str:
        """ "name@version", as the ledger keeps it."""
        return f"{self.name}@{self.version}"[:200] if self.version else self.name[:200]

    @property
    def service(self) -> str:
        return str(self.resource.get("service.name") or "")[:200]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of a span."""

    name: str
    at: datetime | None
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Ids are lower-case hex; the parent's is empty for a root. `status`: 0 unset, 1 ok, 2 error."""

    where: str
    scope: Scope
    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    started_at: datetime | None
    ended_at: datetime | None
    status: int
    status_message: str
    attributes: Attributes
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """`event_name` is the record's, else its attribute event.name; `body` a plain value."""

    where: str
    scope: Scope
    trace_id: str
    span_id: str
    at: datetime | None
    event_name: str
    body: Any
    attributes: Attributes
