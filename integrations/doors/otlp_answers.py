"""Answers of OTLP/HTTP, in the request's own encoding.

https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from integrations.doors.refusals import Refused
from integrations.otlp.decoding import PROTOBUF, Signal

_REASONS_TOLD = 3
_INVALID_ARGUMENT = 3
_CODES = {400: 3, 401: 16, 403: 7, 405: 12, 411: 3, 413: 8, 415: 3, 429: 8, 503: 14}
"""google.rpc.Code of an HTTP status (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto)."""
_COUNTS = {Signal.TRACES: "rejectedSpans", Signal.LOGS: "rejectedLogRecords"}


def accepted(request: HttpRequest, signal: Signal, reasons: Sequence[str] = ()) -> HttpResponse:
    """200; `reasons` has one for each item that was refused while the others were taken."""
    told = _told(reasons)
    if request.content_type == PROTOBUF:
        message = _message(signal, len(reasons), told)
        return HttpResponse(message, content_type=PROTOBUF)
    partial = {_COUNTS[signal]: str(len(reasons)), "errorMessage": told} if reasons else None
    return JsonResponse({"partialSuccess": partial} if partial else {})


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A google.rpc.Status."""
    code = _CODES.get(refused.status, _INVALID_ARGUMENT)
    if request.content_type == PROTOBUF:
        message = refused.message.encode("utf-8", "replace")
        status = b"\x08" + _varint(code) + b"\x12" + _varint(len(message)) + message
        return HttpResponse(status, content_type=PROTOBUF, status=refused.status, headers=refused.headers)
    answer = {"code": code, "message": refused.message}
    return JsonResponse(answer, status=refused.status, headers=refused.headers)


def _message(signal: Signal, number: int, told: str) -> bytes:
    response: Any
    if signal is Signal.METRICS:
        response = ExportMetricsServiceResponse()
    elif signal is Signal.LOGS:
        logs = ExportLogsPartialSuccess(rejected_log_records=number, error_message=told)
        response = ExportLogsServiceResponse(partial_success=logs if number else None)
    else:
        spans = ExportTracePartialSuccess(rejected_spans=number, error_message=told)
        response = ExportTraceServiceResponse(partial_success=spans if number else None)
    message: bytes = response.SerializeToString()
    return message


def _told(reasons: Sequence[str]) -> str:
    first = "; ".join(reasons[:_REASONS_TOLD])
    left = len(reasons) - _REASONS_TOLD
    return f"{first}; and {left:,} more" if left > 0 else first


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
