from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.pages.calls_page import build_calls_page
from core.gates import asks
from core.permissions import Action


@require_safe
@asks(Action.OPEN)
def calls(request: HttpRequest) -> HttpResponse:
    return render(request, "billing/calls.html", {"page": build_calls_page(request)})
