from collections import defaultdict
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.audit.keeping import record_reading
from accounts.models import User
from chat.approvals.decide import APPROVE, REJECT, Outcome, decide
from chat.models import ToolExecution
from chat.pages.approvals import KEPT, ApprovalsPage, approvals_page, chosen_ids
from core.gates import asks
from core.permissions import Action


@require_safe
@asks(Action.OPEN)
def approvals(request: HttpRequest) -> HttpResponse:
    """The queue; `?decided=ID` shows what became of calls that left it."""
    page = approvals_page(request.GET, cast(User, request.user))
    _tell_reading(page)
    return render(request, "chat/approvals.html", {"page": page})


@require_POST
@asks(Action.DECIDE_TOOL_CALLS)
def decide_approvals(request: HttpRequest) -> HttpResponse:
    """`decision` is approve or reject, `execution` one id or several, `reason` is kept with a rejection."""
    user = cast(User, request.user)
    decision = request.POST.get("decision", "")
    if decision not in (APPROVE, REJECT):
        raise BadRequest("Say whether to approve or to reject.")
    wanted = chosen_ids(request.POST.getlist("execution"))
    visible = ToolExecution.objects.visible_to(user).filter(pk__in=wanted).defer("parameters", "result")
    executions = list(visible.order_by("requested_at", "id"))
    if wanted and not executions:
        raise Http404("No such tool call.")
    outcomes = decide(executions, user, decision, request.POST.get("reason", ""))
    if outcomes and not any(outcome.is_permitted for outcome in outcomes):
        raise PermissionDenied
    _tell(request, outcomes)
    kept = [(name, request.POST[name]) for name in KEPT if request.POST.get(name)]
    decided = [("decided", str(execution.pk)) for execution in executions]
    return HttpResponseRedirect(f"{reverse('chat:approvals')}?{urlencode([*kept, *decided])}")


def _tell_reading(page: ApprovalsPage) -> None:
    """Parameters are words: the log hears in which projects and conversations somebody read them."""
    projects, read = {}, defaultdict[UUID, set[str]](set)
    for card in page.cards:
        if card.is_readable:
            projects[card.execution.project_id] = card.execution.project
            read[card.execution.project_id] |= {str(card.conversation_id)} if card.conversation_id else set()
    for pk, conversations in read.items():
        detail = {"conversations": sorted(conversations)} if conversations else {}
        record_reading(
            None, label="Approvals", model="chat.toolexecution", detail=detail, project=projects[pk]
        )


def _tell(request: HttpRequest, outcomes: list[Outcome]) -> None:
    if not outcomes:
        messages.warning(request, "Choose tool calls first.")
    done = [outcome for outcome in outcomes if outcome.is_done]
    if len(done) == 1:
        messages.success(request, f"{done[0].execution.tool_name} is {done[0].execution.status}.")
    elif done:
        messages.success(request, f"{len(done)} tool calls are {done[0].execution.status}.")
    for outcome in outcomes:
        if not outcome.is_done:
            messages.warning(request, f"{outcome.execution.tool_name}: {outcome.refusal}")
