"""POST /ingest/litellm: what LiteLLM's logger `generic_api` sends.

Its three formats (json_array, ndjson, single) all say application/json; the body's first letters tell them
apart. https://docs.litellm.ai/docs/proxy/logging#generic-api
"""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from integrations.doors.body import read_body
from integrations.doors.json_bodies import Unreadable, records_of_body
from integrations.doors.json_doors import DUPLICATE, RECORDED, REJECTED, fault_of, json_door, word_of
from integrations.doors.keys import key_of
from integrations.doors.pressure import admitted
from integrations.services.ingest import Delivery, take_in
from integrations.sources.json_records import Record
from integrations.sources.litellm.calls import parse
from integrations.sources.parsed import ParsedUsage, Rejection
from integrations.sources.redaction import record_text
from integrations.sources.values import BadValueError

_ERRORS_SHOWN = 1_000


@json_door
def receive(request: HttpRequest) -> HttpResponse:
    """200 when all that could be read is committed; also with refused records, which would come for ever."""
    key = key_of(request)
    body = read_body(request)
    with admitted():
        items = [item_of(record, number) for number, record in enumerate(records_of_body(body), 1)]
        results = take_in(Delivery(items, source_kind="litellm", client="litellm"), key.project)
    words = [word_of(result.result) for result in results]
    numbers = Counter(words)
    errors = [
        fault_of(number, result.reason)
        for number, (word, result) in enumerate(zip(words, results, strict=True), 1)
        if word == REJECTED
    ]
    return JsonResponse(
        {
            "recorded": numbers[RECORDED],
            "duplicate": numbers[DUPLICATE],
            "rejected": numbers[REJECTED],
            "errors": errors[:_ERRORS_SHOWN],
        }
    )


def item_of(record: dict[str, Any] | Unreadable, number: int) -> ParsedUsage | Rejection:
    where = f"record {number}"
    if isinstance(record, Unreadable):
        return Rejection(where, record.reason, record.raw)
    try:
        return parse(Record(where, record))
    except BadValueError as error:
        return Rejection(where, str(error), record_text(record))
