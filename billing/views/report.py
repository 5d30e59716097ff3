from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.pages.report_page import build_report_page
from core.gates import asks
from core.permissions import Action


@require_safe
@asks(Action.OPEN)
def report(request: HttpRequest) -> HttpResponse:
    return render(request, "billing/report.html", {"page": build_report_page(request)})
