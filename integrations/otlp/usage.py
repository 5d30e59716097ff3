"""From telemetry to model calls: which spans and log records tell of one, and in whose words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from billing.ledger.events import UsageEvent  # noqa: F401
from integrations.otlp.telemetry import LogRecord, Span
from integrations.sources.parsed import ParsedUsage, Rejection


@dataclass(slots=True)
class TraceReading:
    """The calls among spans. `links`: (trace, span, parent) of every span that is none, with a parent."""

    items: list[ParsedUsage | Rejection] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)


def read_spans(spans: Iterable[Span]) -> TraceReading:
    """Every span that tells of a model call, as a call; the others as links."""
    raise NotImplementedError


def read_logs(records: Iterable[LogRecord]) -> Sequence[ParsedUsage | Rejection]:
    """Log records that tell of a model call: those of Claude Code, Codex and Gemini CLI, and GenAI events."""
    raise NotImplementedError
