"""How allauth signs our staff in: nobody signs up by themselves, and only staff gets in.

https://docs.allauth.org/en/latest/account/adapter.html
"""

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.audit.address import client_address
from accounts.audit.sign_in import sign_in_failed
from accounts.models import User
from core.encryption import Unreadable, decrypted, encrypted

_TOLD_BY_THE_PAGE = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


def unknown_seed() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "No account of the staff has this e-mail address and password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from owners."""
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Accounts that may not open the dashboard do not sign in either."""
        if not user.is_staff:
            return redirect("account_inactive")
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_in_failed(request, str(credentials.get("email", "")))

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in _TOLD_BY_THE_PAGE:
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the audit log names too, behind trusted proxies alone one that they tell."""
        return client_address(request)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Google and GitHub open accounts that are there, found by verified e-mail; they make none."""
        return False

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        """A provider that nobody configured is not there."""
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist as error:
            raise Http404(f"{provider}: not configured") from error

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        user = sociallogin.user
        if sociallogin.is_existing and not (user.is_active and user.is_staff):
            raise ImmediateHttpResponse(redirect("account_inactive"))
        if sociallogin.is_existing and sociallogin._did_authenticate_by_email:
            # allauth would take the password of such an account away, lest somebody signed up with an address
            # that is not theirs. Nobody signs up here: owners and invitations vouch for addresses.
            sociallogin._did_authenticate_by_email = None
            sociallogin.connect(request, user)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seeds of second factors are secrets like any other: encrypted with the key ring."""

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What no key opens becomes a seed that nobody knows: no code fits, and nothing breaks."""
        secret = decrypted(encrypted_text)
        return unknown_seed() if isinstance(secret, Unreadable) else secret.reveal()

    def get_totp_issuer(self) -> str:
        return "Countinghouse"
