from typing import cast

from allauth.account.views import password_reset as by_email
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.gates import ANYBODY, open_to


@open_to(ANYBODY)
@login_not_required
def password_reset(request: HttpRequest) -> HttpResponse:
    """allauth's page; where no mail is sent, who to ask instead: no link lands in the server's log."""
    if settings.SENDS_EMAIL:
        return cast(HttpResponse, by_email(request))
    return render(request, "account/password_reset_off.html")
