"""What the doors that answer in JSON have in common."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from billing.ledger.events import Result
from core.gates import KEY, open_to
from integrations.doors.pressure import door
from integrations.doors.refusals import Refused

RECORDED, DUPLICATE, REJECTED = "recorded", "duplicate", "rejected"
_WORDS = {
    Result.CREATED: RECORDED,
    Result.UNCHANGED: DUPLICATE,
    Result.DUPLICATE: DUPLICATE,
    Result.MERGED: DUPLICATE,
    Result.REJECTED: REJECTED,
}
_NAMED_FIELD = re.compile(r"(?P<field>\w[\w.\[\]]*(?:, \w[\w.\[\]]*)*): (?P<reason>.+)", re.DOTALL)


def json_door(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A view for programs: POST alone, a key instead of a session, refusals as {"error": …}."""

    @open_to(KEY)
    @csrf_exempt
    @login_not_required
    @door(refusal)
    @wraps(answer)
    def view(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            raise Refused(405, "Send records with POST.")
        try:
            return answer(request)
        except RecursionError:
            # What was read was not yet written, or was taken back.
            raise Refused(400, "The body's values are nested too deeply.") from None

    return view


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    return JsonResponse({"error": refused.message}, status=refused.status, headers=refused.headers)


def word_of(result: Result) -> str:
    """What became of a record, as answers say it."""
    return _WORDS[result]


def fault_of(number: int, reason: str) -> dict[str, Any]:
    """Why record `number` (from 1) was refused; `field` is null when no single one is to blame."""
    named = _NAMED_FIELD.fullmatch(reason)
    return {
        "record": number,
        "field": named["field"] if named else None,
        "reason": named["reason"] if named else reason,
    }
