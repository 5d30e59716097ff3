from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from billing.ledger.apart import count_apart
from billing.ledger.settle import LedgerRaceError
from billing.models import TokenUsage
from billing.pages.cost_page import cost_data, cost_page
from billing.pages.observers import observers_of
from core.gates import asks
from core.permissions import Action, may, require


@require_safe
@asks(Action.OPEN)
def cost(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Why a call cost what it cost; `?format=json` for programs."""
    reader = cast(User, request.user)
    calls = TokenUsage.objects.visible_to(reader).select_related("project", "superseded_by")
    usage = get_object_or_404(calls, pk=pk)
    if request.GET.get("format") == "json":
        require(reader, Action.EXPORT, usage.project_id)
        return JsonResponse(cost_data(usage), json_dumps_params={"ensure_ascii": False, "indent": 2})
    page = {
        "page": cost_page(usage),
        "observers": observers_of(usage, reader),
        "may_export": may(reader, Action.EXPORT, usage.project_id),
    }
    return render(request, "billing/cost.html", page)


@require_POST
@asks(Action.DECIDE_OBSERVERS)
def apart(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a report count as a call of its own, or, with `rejoin`, let the rules decide again."""
    usage = get_object_or_404(TokenUsage.objects.visible_to(cast(User, request.user)), pk=pk)
    require(request.user, Action.DECIDE_OBSERVERS, usage.project_id)
    is_apart = "rejoin" not in request.POST
    try:
        count_apart(usage, is_apart=is_apart)
    except LedgerRaceError:
        messages.warning(request, "This report was replaced meanwhile: nothing was changed.")
    else:
        said = "It counts as a call of its own now." if is_apart else "The rules decide on it again."
        messages.success(request, said)
    return redirect("billing:cost", pk=pk)
