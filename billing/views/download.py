"""A report as a file: exactly what the page shows, in full."""

from collections.abc import Callable, Iterable
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.audit.exports import record_export
from accounts.models import User
from billing.pages.asking import project_ids, strict_query
from billing.pages.wording import file_name
from billing.reports.build import build_report
from billing.reports.errors import QueryError
from billing.reports.render import csv, json, xlsx
from billing.reports.report import Report
from core.gates import asks
from core.permissions import Action, require_in_all

_RENDERINGS: dict[str, tuple[str, Callable[[Report], Iterable[str] | bytes | str]]] = {
    "csv": (csv.CONTENT_TYPE, csv.render_csv),
    "xlsx": (xlsx.CONTENT_TYPE, xlsx.render_xlsx),
    "json": (json.CONTENT_TYPE, json.render_json),
}


@require_safe
@asks(Action.EXPORT)
def report_download(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The report of the address; 400 with {"errors": {parameter: sentence}} when it makes no sense."""
    try:
        query = strict_query(request)
    except QueryError as error:
        return JsonResponse({"errors": error.messages}, status=400, json_dumps_params={"ensure_ascii": False})
    require_in_all(request.user, Action.EXPORT, project_ids(query))
    content_type, render = _RENDERINGS[extension]
    report = build_report(query, user=cast(User, request.user))
    record_export(request, "Usage report", extension, rows=len(report.rows))
    content = render(report)
    response = (
        HttpResponse(content, content_type=content_type)
        if isinstance(content, str | bytes)
        else StreamingHttpResponse(content, content_type=content_type)
    )
    response["Content-Disposition"] = f'attachment; filename="{file_name(query, extension)}"'
    patch_cache_control(response, private=True, no_store=True)
    return response
