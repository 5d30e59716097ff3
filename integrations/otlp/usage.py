"""From telemetry to model calls: which spans and log records tell of one, and in whose words.

Spans that repeat the calls inside them are calls here too, without a response id: the ledger sets them aside
when it knows what lies in them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from integrations.otlp.calls import Sighting, call_of, rejection_of
from integrations.otlp.content import captured_of
from integrations.otlp.telemetry import LogRecord, Span
from integrations.otlp.tokens import bears_usage
from integrations.otlp.vocabularies import codex
from integrations.otlp.vocabularies.registry import log_vocabulary_of, vocabulary_of
from integrations.otlp.vocabularies.vocabulary import Kind, LogVocabulary, Vocabulary
from integrations.sources.parsed import ParsedUsage, Rejection
from integrations.sources.values import BadValueError, optional_moment

_SPAN_ERROR = 2


@dataclass(slots=True)
class TraceReading:
    """The calls among spans. `links`: (trace, span, parent) of every span that is none, with a parent.

    Programs whose spans wrap no calls (Codex, Gemini CLI) get no links: they write thousands.
    """

    items: list[ParsedUsage | Rejection] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)


def read_spans(spans: Iterable[Span], *, with_content: bool = False) -> TraceReading:
    """Every span that tells of a model call, as a call; the others as links."""
    delivered = list(spans)
    places = {(span.trace_id, span.span_id): span for span in delivered}
    reading = TraceReading()
    for span in delivered:
        vocabulary = vocabulary_of(span)
        item = _span_call(span, vocabulary, places, with_content=with_content)
        if item is not None:
            reading.items.append(item)
        if not isinstance(item, ParsedUsage) and span.parent_span_id and vocabulary.links_matter:
            reading.links.append((span.trace_id, span.span_id, span.parent_span_id))
    return reading


def read_logs(
    records: Iterable[LogRecord], *, with_content: bool = False
) -> Sequence[ParsedUsage | Rejection]:
    """Log records that tell of a model call: those of Claude Code, Codex and Gemini CLI, and GenAI events."""
    items = []
    for record in records:
        words = log_vocabulary_of(record)
        item = None if words is None else _log_call(record, words, with_content=with_content)
        if item is not None:
            items.append(item)
    return items


def _span_call(
    span: Span, vocabulary: Vocabulary, places: Mapping[tuple[str, str], Span], *, with_content: bool
) -> ParsedUsage | Rejection | None:
    kind = vocabulary.kind(span)
    if kind is Kind.NOTHING or (kind is not Kind.CALL and not bears_usage(span.attributes, vocabulary)):
        return None
    is_codex = vocabulary is codex.VOCABULARY
    said = codex.with_surroundings(span, places) if is_codex else span.attributes
    sighting = Sighting(
        where=span.where,
        scope=span.scope,
        vocabulary=vocabulary,
        attributes=said,
        native_id=f"{span.trace_id}:{span.span_id}",
        dedup_scope="otlp",
        dedup_time=span.started_at,
        observer=span.scope.observer,
        started_at=span.started_at,
        ended_at=span.ended_at,
        kind=kind,
        is_error=span.status == _SPAN_ERROR or bool(said.get("error.type")),
        error_type=_exception_type(span),
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
    )
    return _read(sighting, with_content=with_content and kind is not Kind.WRAPPER)


def _log_call(
    record: LogRecord, words: LogVocabulary, *, with_content: bool
) -> ParsedUsage | Rejection | None:
    at = _moment(record)
    sighting = Sighting(
        where=record.where,
        scope=record.scope,
        vocabulary=words.vocabulary,
        attributes=record.attributes,
        native_id=words.native_id(record),
        dedup_scope=words.dedup_scope,
        dedup_time=at,
        observer=words.observer or record.scope.observer,
        ended_at=at,
        is_error=words.is_error(record),
        trace_id=record.trace_id,
        parent_span_id=record.span_id,
    )
    return _read(sighting, with_content=with_content)


def _read(sighting: Sighting, *, with_content: bool) -> ParsedUsage | Rejection | None:
    try:
        return call_of(sighting, captured_of(sighting.attributes) if with_content else ())
    except BadValueError as error:
        return rejection_of(sighting, error)


def _moment(record: LogRecord) -> datetime | None:
    """When the program says it was; the exporter's own time may be later."""
    try:
        said = optional_moment(record.attributes.get("event.timestamp"), "event.timestamp")
    except BadValueError:
        said = None
    return said or record.at


def _exception_type(span: Span) -> str:
    for event in span.events:
        if event.name == "exception" and isinstance(found := event.attributes.get("exception.type"), str):
            return found[:190]
    return ""
