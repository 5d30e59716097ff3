from typing import cast

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.audit.exports import record_export
from accounts.models import User
from chat.pages.optimizations import optimizations_page, read_question, report_of
from chat.reports.saved_files import saved_csv, saved_json
from core.csv_lines import CONTENT_TYPE
from core.gates import asks
from core.permissions import Action, require_in_all
from core.zones import reader_zone


@require_safe
@asks(Action.OPEN)
def optimizations(request: HttpRequest) -> HttpResponseBase:
    """Tokens that smaller contexts saved; `?format=csv` and `?format=json` download them.

    A download whose address makes no sense is answered by 400 with {"errors": {parameter: sentence}}.
    """
    user, zone, extension = cast(User, request.user), reader_zone(request), request.GET.get("format", "")
    if extension not in ("", "csv", "json"):
        raise BadRequest("The format is csv or json.")
    if not extension:
        page = optimizations_page(request.GET, user, zone)
        return render(request, "chat/optimizations.html", {"page": page})
    question = read_question(request.GET, zone)
    require_in_all(user, Action.EXPORT, question.projects or None)
    if question.errors:
        return JsonResponse(
            {"errors": question.errors}, status=400, json_dumps_params={"ensure_ascii": False}
        )
    report = report_of(question, user, zone)
    record_export(request, "Saved tokens", extension)
    response: HttpResponse | StreamingHttpResponse = (
        JsonResponse(saved_json(report))
        if extension == "json"
        else StreamingHttpResponse(saved_csv(report), content_type=CONTENT_TYPE)
    )
    name = f"saved-tokens-{report.first_day}-{report.last_day}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    patch_cache_control(response, private=True, no_store=True)
    return response
