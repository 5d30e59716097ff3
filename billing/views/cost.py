from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import User
from billing.models import TokenUsage
from billing.pages.cost_page import cost_data, cost_page


@require_safe
def cost(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Why a call cost what it cost; `?format=json` for programs."""
    calls = TokenUsage.objects.visible_to(cast(User, request.user)).select_related("project")
    usage = get_object_or_404(calls, pk=pk)
    if request.GET.get("format") == "json":
        return JsonResponse(cost_data(usage), json_dumps_params={"ensure_ascii": False, "indent": 2})
    return render(request, "billing/cost.html", {"page": cost_page(usage)})
