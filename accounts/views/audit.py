from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.audit.exports import record_export
from accounts.models import AuditEntry
from accounts.pages.audit_export import audit_csv, audit_json
from accounts.pages.audit_filters import read_filters
from accounts.pages.audit_page import audit_page
from core.csv_lines import CONTENT_TYPE
from core.gates import asks
from core.permissions import Action
from core.zones import reader_zone


@require_safe
@asks(Action.READ_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    response = render(request, "accounts/audit.html", {"page": audit_page(request)})
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
@asks(Action.READ_AUDIT)
def audit_export(request: HttpRequest, extension: str) -> StreamingHttpResponse:
    """What the page's filters leave, oldest first; the download is itself the log's newest entry."""
    filters = read_filters(request.GET, reader_zone(request))
    entries = filters.narrow(AuditEntry.objects.visible_to(request.user))
    record_export(request, "Audit log", extension, rows=entries.count())
    lines, content_type = (
        (audit_csv(entries), CONTENT_TYPE)
        if extension == "csv"
        else (audit_json(entries), "application/json; charset=utf-8")
    )
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="audit.{extension}"'
    patch_cache_control(response, private=True, no_store=True)
    return response
