from typing import cast

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.audit.exports import record_export
from accounts.models import User
from billing.pages.reconciliation_page import answer_of, read_question, reconciliation_page
from billing.reports.render.reconciliation import reconciliation_json, render_csv
from core.csv_lines import CONTENT_TYPE
from core.gates import asks
from core.permissions import Action


@require_safe
@asks(Action.VIEW_INSTALLATION)
def reconciliation(request: HttpRequest) -> HttpResponseBase:
    """The ledger beside a provider's report, for installation roles; `?format=csv` and `json` download it.

    A download whose address makes no sense is answered by 400 with {"errors": {parameter: sentence}}.
    """
    user, extension = cast(User, request.user), request.GET.get("format", "")
    if not user.sees_all_projects:
        raise PermissionDenied
    if extension not in ("", "csv", "json"):
        raise BadRequest("The format is csv or json.")
    if not extension:
        page = reconciliation_page(request.GET, user)
        return render(request, "billing/reconciliation.html", {"page": page})
    question = read_question(request.GET, user)
    errors = question.errors if question.provider else {"provider": "No report was loaded yet."}
    if errors:
        return JsonResponse({"errors": errors}, status=400, json_dumps_params={"ensure_ascii": False})
    answer = answer_of(question, user)
    record_export(request, "Provider bills", extension)
    response: HttpResponse | StreamingHttpResponse = (
        JsonResponse(reconciliation_json(answer))
        if extension == "json"
        else StreamingHttpResponse(render_csv(answer), content_type=CONTENT_TYPE)
    )
    name = f"reconciliation-{answer.provider}-{answer.first_day}-to-{answer.last_day}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    patch_cache_control(response, private=True, no_store=True)
    return response
