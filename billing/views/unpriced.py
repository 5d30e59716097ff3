from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.pages.unpriced_page import build_unpriced_page
from core.gates import asks
from core.permissions import Action


@require_safe
@asks(Action.OPEN)
def unpriced(request: HttpRequest) -> HttpResponse:
    return render(request, "billing/unpriced.html", {"page": build_unpriced_page(request)})
