"""Google and GitHub open accounts that are there, and take nothing away from them."""

from typing import Any

import pytest
from allauth.account.middleware import AccountMiddleware
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.audit.origin import AuditOriginMiddleware
from accounts.models import AuditEntry, User
from config.social import social_providers
from core.sessions import SessionStore
from tests.cast import signed_in
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def come_back_from_google(email: str, *, is_verified: bool = True) -> Any:
    """What allauth does when Google has vouched for `email`."""
    request = RequestFactory().get("/accounts/google/login/callback/")
    request.session, request.user = SessionStore(), AnonymousUser()
    MessageMiddleware(lambda request: HttpResponse()).process_request(request)

    def complete(request: HttpRequest) -> Any:
        told = {"email": email, "email_verified": is_verified}
        login = SocialLogin(
            user=User(email=email),
            account=SocialAccount(provider="google", uid="1", extra_data=told),
            email_addresses=[EmailAddress(email=email, verified=is_verified, primary=True)],
            provider=get_adapter().get_provider(request, "google"),
        )
        return complete_social_login(request, login)

    response = AuditOriginMiddleware(AccountMiddleware(complete))(request)
    return response, request


@pytest.fixture(autouse=True)
def google(settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = social_providers(google=("id", "secret"), github=("", ""))


def test_an_account_keeps_its_password_and_sessions() -> None:
    user = make_user(email="ada@example.com")
    elsewhere = signed_in(user).client
    response, request = come_back_from_google("ada@example.com")
    assert response["Location"] == "/"
    assert request.user == user
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert elsewhere.get("/").status_code == 200
    assert SocialAccount.objects.get().user == user
    told = AuditEntry.objects.order_by("position").values_list("action", "detail")
    assert list(told) == [("secured", {"connected": "google"}), ("signed_in", {})]


def test_an_address_that_google_does_not_vouch_for_opens_nothing() -> None:
    make_user(email="ada@example.com")
    _, request = come_back_from_google("ada@example.com", is_verified=False)
    assert not request.user.is_authenticated
    assert not SocialAccount.objects.exists()


def test_no_account_is_made() -> None:
    _, request = come_back_from_google("eve@example.com")
    assert not request.user.is_authenticated
    assert not User.objects.exists()


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}])
def test_a_deactivated_account_stays_closed(gone: dict[str, bool]) -> None:
    user = make_user(email="ada@example.com")
    User.objects.filter(pk=user.pk).update(**gone)
    _, request = come_back_from_google("ada@example.com")
    assert not request.user.is_authenticated
    assert not SocialAccount.objects.exists()
