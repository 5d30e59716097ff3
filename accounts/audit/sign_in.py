"""What the audit log is told of signing in, and of how one signs in."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.audit.origin import origin_of
from accounts.audit.record import record
from accounts.models import User
from accounts.models.audit import AuditAction


def _account(user: User) -> User:
    """The account behind a request's lazy one."""
    return user if type(user) is User else User.objects.get(pk=user.pk)


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record(AuditAction.SIGNED_IN, user, origin=origin_of(request))


@receiver(user_logged_out)
def signed_out(request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if request is not None and user is not None:
        record(AuditAction.SIGNED_OUT, _account(user))


def sign_in_failed(request: HttpRequest, email: str) -> None:
    """Told of each try that the rate limits let through: no flood of them fills the log."""
    record(AuditAction.SIGN_IN_FAILED, label=email, origin=origin_of(request))


def _secured(request: HttpRequest, user: User, what: str, detail: object) -> None:
    record(AuditAction.SECURED, _account(user), detail={what: str(detail)}, origin=origin_of(request))


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    _secured(request, user, "changed", "password")


@receiver(mfa.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    _secured(request, user, "added", authenticator.type)


@receiver(mfa.authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    _secured(request, user, "removed", authenticator.type)


@receiver(mfa.authenticator_reset)
def codes_renewed(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    _secured(request, user, "renewed", authenticator.type)


@receiver(social.social_account_added)
def account_connected(request: HttpRequest, sociallogin: Any, **kwargs: Any) -> None:
    _secured(request, sociallogin.user, "connected", sociallogin.account.provider)


@receiver(social.social_account_removed)
def account_disconnected(request: HttpRequest, socialaccount: Any, **kwargs: Any) -> None:
    _secured(request, socialaccount.user, "disconnected", socialaccount.provider)
