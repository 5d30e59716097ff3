from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from core.gates import asks
from core.permissions import Action
from integrations.pages.imports.list_page import list_page


@require_safe
@asks(Action.OPEN)
def imports(request: HttpRequest) -> HttpResponse:
    """Uploads, newest first; `?project=ID` those of one project."""
    page = list_page(request.GET, cast(User, request.user))
    return render(request, "integrations/imports/list.html", {"page": page})
