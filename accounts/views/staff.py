from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.sign_in import end_sessions, factors_of, open_sessions, reset_second_factor
from core.gates import asks
from core.permissions import Action


@require_safe
@never_cache
@asks(Action.MANAGE_STAFF)
def staff_sign_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where somebody is signed in and with which factors, for owners."""
    user = _account(request, pk)
    context = {
        "account": user,
        "sessions": list(open_sessions(user)),
        "current_key": request.session.session_key,
        "factors": [_factor(each) for each in factors_of(user)],
    }
    return render(request, "accounts/staff_sign_in.html", context)


@require_POST
@asks(Action.MANAGE_STAFF)
def staff_end_sessions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ends the session that `session` names, or all."""
    user, chosen = _account(request, pk), request.POST.get("session", "")
    if chosen and not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        return _back(request, user, "No such session.")
    number = end_sessions(user, _reader(request), session_id=int(chosen) if chosen else None)
    said = {0: "No session was open.", 1: "1 session was ended."}
    return _back(request, user, said.get(number, f"{number:,} sessions were ended."))


@require_POST
@asks(Action.MANAGE_STAFF)
def staff_reset_factors(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = _account(request, pk)
    if reset_second_factor(user, _reader(request)):
        return _back(request, user, f"{user} signs in with the password alone, until they set a factor up.")
    return _back(request, user, "There was no second factor.")


def _reader(request: HttpRequest) -> User:
    return cast(User, request.user)


def _account(request: HttpRequest, pk: UUID) -> User:
    return get_object_or_404(User.objects.visible_to(_reader(request)), pk=pk)


def _back(request: HttpRequest, user: User, words: str) -> HttpResponse:
    messages.info(request, words)
    # Who ended their own session is led to the sign-in page from there.
    return redirect("staff:sign_in", pk=user.pk)


def _factor(factor: object) -> dict[str, object]:
    return {
        "kind": factor.get_type_display(),  # type: ignore[attr-defined]
        "created_at": factor.created_at,  # type: ignore[attr-defined]
        "last_used_at": factor.last_used_at,  # type: ignore[attr-defined]
    }
