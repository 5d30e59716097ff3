"""POST /v1/traces, /v1/logs and /v1/metrics: what OpenTelemetry's exporters send (OTLP/HTTP).

https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

from collections.abc import Iterable, Sequence
from functools import wraps
from typing import TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from billing.ledger.events import Result, SpanLink
from core.gates import KEY, open_to
from integrations.doors.body import read_body
from integrations.doors.keys import key_of
from integrations.doors.otlp_answers import accepted, refusal
from integrations.doors.pressure import Handler, admitted, door
from integrations.doors.refusals import Refused
from integrations.otlp.decoding import JSON, PROTOBUF, Signal, check_metrics, decode_logs, decode_traces
from integrations.otlp.telemetry import LogRecord, Span
from integrations.otlp.usage import read_logs, read_spans
from integrations.services.ingest import Delivery, take_in
from integrations.sources.parsed import ParsedUsage, Rejection
from integrations.sources.values import BadValueError
from projects.models import Project

_CLIENT = "opentelemetry"
Item = TypeVar("Item", Span, LogRecord)


def otlp_door(answer: Handler) -> Handler:
    """A view for exporters: POST alone, a key instead of a session, answers in the request's encoding."""

    @open_to(KEY)
    @csrf_exempt
    @login_not_required
    @door(refusal)
    @wraps(answer)
    def view(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            raise Refused(405, "Send telemetry with POST.")
        if request.content_type not in {PROTOBUF, JSON}:
            raise Refused(415, f"Send {PROTOBUF} or {JSON} as the Content-Type.")
        try:
            return answer(request)
        except BadValueError as error:
            raise Refused(400, f"{error}.") from None
        except RecursionError:
            # What was read was not yet written, or was taken back.
            raise Refused(400, "The body's values are nested too deeply.") from None

    return view


@otlp_door
def traces(request: HttpRequest) -> HttpResponse:
    """200 when all spans that could be read are committed; the refused ones would not improve."""
    project = key_of(request).project
    body = read_body(request)
    with admitted():
        spans, refused = _parted(decode_traces(body, request.content_type or ""))
        reading = read_spans(spans, with_content=project.captures_content)
        links = [SpanLink(project.pk, *link) for link in reading.links]
        reasons = _take_in(project, [*refused, *reading.items], links)
    return accepted(request, Signal.TRACES, reasons)


@otlp_door
def logs(request: HttpRequest) -> HttpResponse:
    """As `traces`, for log records."""
    project = key_of(request).project
    body = read_body(request)
    with admitted():
        records, refused = _parted(decode_logs(body, request.content_type or ""))
        items = read_logs(records, with_content=project.captures_content)
        reasons = _take_in(project, [*refused, *items])
    return accepted(request, Signal.LOGS, reasons)


@otlp_door
def metrics(request: HttpRequest) -> HttpResponse:
    """Accepted, so that no exporter complains, and not booked: they repeat in sums what the calls said."""
    key_of(request)
    body = read_body(request)
    with admitted():
        check_metrics(body, request.content_type or "")
    return accepted(request, Signal.METRICS)


def _parted(decoded: Iterable[Item | Rejection]) -> tuple[list[Item], list[Rejection]]:
    good: list[Item] = []
    refused: list[Rejection] = []
    for item in decoded:
        if isinstance(item, Rejection):
            refused.append(item)
        else:
            good.append(item)
    return good, refused


def _take_in(
    project: Project, items: Sequence[ParsedUsage | Rejection], links: Sequence[SpanLink] = ()
) -> list[str]:
    """Book what there is; returns why each refused item was."""
    if not items and not links:
        return []
    results = take_in(Delivery(items, "otlp", _CLIENT, links), project)
    return [
        f"{item.where}: {result.reason}"
        for item, result in zip(items, results, strict=True)
        if result.result == Result.REJECTED
    ]
