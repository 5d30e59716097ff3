from typing import cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.models import User
from core.gates import asks
from core.permissions import Action
from integrations.pages.imports.access import may_import
from integrations.pages.imports.form import NewImportForm
from integrations.pages.imports.new_page import new_page
from integrations.services.import_kinds import IMPORT_KINDS
from integrations.services.uploads.receiving import BoundedUploadHandler
from integrations.services.uploads.steps import receive


# The token is checked below: the middleware's check would read the files before we say where to.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@asks(Action.IMPORT)
def new_import(request: HttpRequest) -> HttpResponse:
    """Choose files and what they are. `?kind=`, `?project=` and `?source_name=` fill the form in."""
    if not may_import(cast(User, request.user)):
        raise PermissionDenied("Operators and managers of a project import into it.")
    handler = BoundedUploadHandler(request, settings.IMPORT_MAX_BYTES)
    request.upload_handlers = [handler]
    return _answer(request, handler)


@csrf_protect
def _answer(request: HttpRequest, handler: BoundedUploadHandler) -> HttpResponse:
    user = cast(User, request.user)
    if request.method != "POST":
        form = NewImportForm(initial=request.GET.dict(), user=user)
        return render(request, "integrations/imports/new.html", {"page": new_page(form)})
    form = NewImportForm(request.POST, request.FILES, user=user)
    is_complete = form.is_valid()
    if handler.is_too_large:
        form.refuse_size()
    if handler.is_too_large or not is_complete:
        status = 413 if handler.is_too_large else 422
        return render(request, "integrations/imports/new.html", {"page": new_page(form)}, status=status)
    upload = receive(
        kind=IMPORT_KINDS[form.cleaned_data["kind"]],
        files=list(zip(form.cleaned_data["file"], handler.digests, strict=True)),
        project=form.cleaned_data["project"],
        source_name=form.cleaned_data["source_name"],
        user=user,
    )
    return redirect("integrations:import_upload", pk=upload.pk)
