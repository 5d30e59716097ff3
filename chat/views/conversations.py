from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from chat.pages.list_page import list_page
from core.gates import asks
from core.permissions import Action


@require_safe
@asks(Action.OPEN)
def conversations(request: HttpRequest) -> HttpResponse:
    page = list_page(request.GET, cast(User, request.user))
    return render(request, "chat/conversations.html", {"page": page})
