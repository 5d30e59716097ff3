"""POST /api/usage: calls that programs report themselves; GET /api/openapi.json describes it."""

from collections import Counter
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from billing.ledger.events import Result
from core.addresses import public_address
from core.gates import ANYBODY, open_to
from integrations.doors.body import read_body
from integrations.doors.json_bodies import Unreadable, records_of_body
from integrations.doors.json_doors import DUPLICATE, RECORDED, REJECTED, fault_of, json_door, word_of
from integrations.doors.keys import key_of
from integrations.doors.openapi import document
from integrations.doors.pressure import admitted
from integrations.doors.usage_records import event_of, unknown_fields
from integrations.services.booking import RecordResult
from integrations.services.ingest import Delivery, take_in
from integrations.sources.parsed import ParsedUsage, Rejection
from integrations.sources.redaction import record_text
from integrations.sources.values import BadValueError

_WARNINGS_SHOWN = 10
"""Of one record."""
_ERROR = "error"


@json_door
def receive(request: HttpRequest) -> HttpResponse:
    """A result per record, in order; 200 says that the recorded ones are committed."""
    key = key_of(request)
    body = read_body(request)
    scope = f"api:{key.project_id}"
    with admitted():
        records = records_of_body(body)
        items = [_item(record, number, scope) for number, record in enumerate(records, 1)]
        results = take_in(Delivery(items, source_kind="api", client="api"), key.project)
    answers = [
        _answer(number, record, result)
        for number, (record, result) in enumerate(zip(records, results, strict=True), 1)
    ]
    numbers = Counter(answer["result"] for answer in answers)
    return JsonResponse(
        {
            "recorded": numbers[RECORDED],
            "duplicate": numbers[DUPLICATE],
            "error": numbers[_ERROR],
            "results": answers,
        }
    )


@open_to(ANYBODY)
@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document(public_address(request)))


def _item(record: dict[str, Any] | Unreadable, number: int, scope: str) -> ParsedUsage | Rejection:
    where = f"record {number}"
    if isinstance(record, Unreadable):
        return Rejection(where, record.reason, record.raw)
    try:
        return ParsedUsage(where, "", event_of(record, dedup_scope=scope))
    except BadValueError as error:
        return Rejection(where, str(error), record_text(record))


def _answer(number: int, record: dict[str, Any] | Unreadable, result: RecordResult) -> dict[str, Any]:
    """`id` is the call's in the ledger: not told of a call that another project has."""
    word = word_of(result.result)
    ours = result.result in {Result.CREATED, Result.UNCHANGED}
    fault = fault_of(number, _in_their_words(result.reason)) if word == REJECTED else {}
    answer = {
        "record": number,
        "result": _ERROR if word == REJECTED else word,
        "id": str(result.usage_id) if ours and result.usage_id else None,
        "field": fault.get("field"),
        "reason": fault.get("reason"),
    }
    unknown = [] if isinstance(record, Unreadable) else unknown_fields(record)
    if unknown:
        answer["warnings"] = [f"{name}: is not a known field" for name in unknown[:_WARNINGS_SHOWN]]
    return answer


def _in_their_words(reason: str) -> str:
    """The ledger's reasons name its own fields."""
    for ours, theirs in (("native_id: ", "id: "), ("reported_cost: ", "cost: ")):
        if reason.startswith(ours):
            return theirs + reason.removeprefix(ours)
    return reason
