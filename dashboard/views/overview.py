from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.gates import asks
from core.permissions import Action
from dashboard.overview.page import build_overview


@require_safe
@asks(Action.OPEN)
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/overview.html", {"page": build_overview(request)})
