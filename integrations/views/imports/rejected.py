from typing import cast
from uuid import UUID

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.audit.exports import record_export
from accounts.models import User
from core.csv_lines import CONTENT_TYPE
from core.gates import asks
from core.permissions import Action
from integrations.models import ImportUpload
from integrations.pages.imports.access import may_read_records
from integrations.pages.imports.rejected import rejected_csv, rejected_jsonl, rejected_rows


@require_safe
@asks(Action.EXPORT)
def rejected_records(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """All records that the upload's last import refused; `?format=csv` or `?format=jsonl`."""
    user = cast(User, request.user)
    upload = get_object_or_404(ImportUpload.objects.visible_to(user), pk=pk)
    if not may_read_records(user, upload.project_id):
        raise PermissionDenied("Those who may read the project’s transcripts may read this.")
    extension = request.GET.get("format", "csv")
    if extension not in ("csv", "jsonl"):
        raise BadRequest("The format is csv or jsonl.")
    rows = rejected_rows(upload, user)
    record_export(request, f"Rejected records of {upload}", extension, target=upload)
    lines, content_type = (
        (rejected_csv(rows), CONTENT_TYPE)
        if extension == "csv"
        else (rejected_jsonl(rows), "application/x-ndjson; charset=utf-8")
    )
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="rejected-{upload.pk}.{extension}"'
    patch_cache_control(response, private=True, no_store=True)
    return response
