from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import BaseUserCreationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.sign_in import sign_in
from core.gates import ANYBODY, open_to
from projects.models import Invitation
from projects.services.invitations import (
    InvitationEndedError,
    accept_as,
    accept_as_newcomer,
    account_of,
    find,
)


class NewcomerForm(BaseUserCreationForm[User]):
    """Name and password; the address is the invited one."""

    class Meta:
        model = User
        fields = ("name",)


@open_to(ANYBODY)
@login_not_required
@never_cache
@sensitive_variables("token")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing: programs open links in mails. 410 when it has ended."""
    try:
        found = find(token)
        reader = request.user
        if isinstance(reader, User):
            return _as_reader(request, found, token, reader)
        if account_of(found) is not None:
            here = reverse("projects:invitation", args=[token])
            return redirect(f"{reverse('account_login')}?{urlencode({'next': here})}")
        return _as_newcomer(request, found, token)
    except InvitationEndedError:
        return render(request, "projects/invitation_gone.html", status=410)


def _as_reader(request: HttpRequest, found: Invitation, token: str, reader: User) -> HttpResponse:
    is_invited = reader.email.casefold() == found.email.casefold()
    if request.method == "POST" and is_invited:
        accept_as(reader, token)
        messages.success(request, f"You have joined {found.project or 'as ' + found.get_role_display()}.")
        return redirect("dashboard:overview")
    context = {"invitation": found, "is_invited": is_invited}
    return render(request, "projects/invitation_join.html", context)


def _as_newcomer(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    form = NewcomerForm(request.POST or None, instance=User(email=found.email, role=found.role))
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            user = accept_as_newcomer(token, given["name"], given["password1"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return sign_in(request, user)
    context = {"invitation": found, "form": form}
    return render(request, "projects/invitation.html", context, status=422 if form.errors else 200)
