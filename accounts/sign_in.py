"""Signing in who has just proved to be somebody, and what owners do about how others sign in."""

from typing import cast

from allauth.account.utils import perform_login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import User
from accounts.models.audit import AuditAction
from core.permissions import Action, require


def sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """As the sign-in page would: with a new session, listed and recorded; leads to the overview."""
    return cast(HttpResponse, perform_login(request, user, email_verification="none"))


def open_sessions(user: User) -> "QuerySet[UserSession]":
    """The sessions in which `user` is signed in, the latest first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    sessions: QuerySet[UserSession] = UserSession.objects.filter(user_id=user.pk, session_key__in=alive)
    return sessions.order_by("-last_seen_at", "-pk")


def factors_of(user: User) -> "QuerySet[Authenticator]":
    factors: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk)
    return factors.order_by("pk")


def end_sessions(user: User, by: User, *, session_id: int | None = None) -> int:
    """End one session of `user`, or all; returns how many. Raises PermissionDenied for who may not."""
    require(by, Action.MANAGE_STAFF)
    with transaction.atomic():
        sessions = open_sessions(user) if session_id is None else open_sessions(user).filter(pk=session_id)
        ended = [(session.session_key, str(session.ip)) for session in sessions]
        if ended:
            keys = [key for key, _ in ended]
            Session.objects.filter(session_key__in=keys).delete()
            UserSession.objects.filter(session_key__in=keys).delete()
            detail = {"ended": "1 session" if len(ended) == 1 else f"{len(ended)} sessions"}
            record(AuditAction.SECURED, user, detail={**detail, "from": [ip for _, ip in ended]}, by=by)
    return len(ended)


def reset_second_factor(user: User, by: User) -> int:
    """For who has lost it: takes all factors and recovery codes away, and ends every session.

    Returns how many factors there were. The password stays. Raises PermissionDenied for who may not.
    """
    require(by, Action.MANAGE_STAFF)
    with transaction.atomic():
        kinds = [str(kind) for kind in factors_of(user).values_list("type", flat=True)]
        if kinds:
            factors_of(user).delete()
            record(AuditAction.SECURED, user, detail={"reset": sorted(kinds)}, by=by)
            end_sessions(user, by)
    return len(kinds)
