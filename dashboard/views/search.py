from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from core.gates import asks
from core.permissions import Action
from dashboard.search import Section, search

_LONGEST = 200


@require_safe
@asks(Action.OPEN)
def search_page(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    sections: tuple[Section, ...] = search(text, cast(User, request.user)) if text else ()
    return render(request, "dashboard/search.html", {"text": text, "sections": sections})
