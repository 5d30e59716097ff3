from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from accounts.audit.keeping import record_reading
from accounts.models import User
from core.gates import asks
from core.permissions import Action
from integrations.models import ImportUpload
from integrations.pages.imports.access import may_handle
from integrations.pages.imports.upload_page import upload_page
from integrations.services.uploads import steps

_STEPS = {
    "import": steps.start_import,
    "retry": steps.retry,
    "restart": steps.restart,
    "cancel": steps.cancel,
}


@require_http_methods(["GET", "HEAD", "POST"])
@asks(Action.OPEN)
def import_upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An upload's page; `step` posted to it is import, retry, restart or cancel."""
    user = cast(User, request.user)
    visible = ImportUpload.objects.visible_to(user).select_related("project", "created_by", "run__source")
    upload = get_object_or_404(visible, pk=pk)
    if request.method == "POST":
        return _take(request, upload, user)
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]
    part = "state" if htmx and htmx.target == "import-state" else "upload"
    page = upload_page(upload, user)
    if page.rejected:
        record_reading(upload)
    response = render(request, f"integrations/imports/{part}.html", {"page": page})
    patch_cache_control(response, private=True, no_store=True)
    return response


def _take(request: HttpRequest, upload: ImportUpload, user: User) -> HttpResponse:
    if not may_handle(user, upload):
        raise PermissionDenied("Operators and managers of the project do this.")
    step = _STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise BadRequest("Say whether to import, retry, restart or cancel.")
    if not step(upload):
        messages.warning(request, "That was not possible: the import has moved on meanwhile.")
    return redirect("integrations:import_upload", pk=upload.pk)
