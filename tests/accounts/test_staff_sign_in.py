"""Owners see where others are signed in, end it, and help who lost a second factor."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.sign_in import end_sessions, reset_second_factor
from tests.cast import Cast
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits(settings: Any) -> Any:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


def browser_of(user: User, agent: str = "Lynx") -> Client:
    client = Client(headers={"user-agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/").status_code == 200
    return client


def page_of(user: User) -> str:
    return reverse("staff:sign_in", args=[user.pk])


def end(client: Client, user: User, **sent: object) -> str:
    answer = client.post(reverse("staff:end_sessions", args=[user.pk]), sent, follow=True)
    return answer.content.decode()


def secured() -> list[tuple[str, str, dict[str, Any]]]:
    entries = AuditEntry.objects.filter(action="secured").order_by("position")
    return [(entry.actor_label, entry.target_label, entry.detail) for entry in entries]


def test_an_owner_ends_one_session_of_somebody(cast: Cast) -> None:
    user = make_user(name="Ada")
    lynx, links = browser_of(user), browser_of(user, "Links")
    page = cast.owner.client.get(page_of(user)).content.decode()
    assert "Lynx" in page
    assert "Links" in page
    chosen = UserSession.objects.get(user_agent="Lynx")
    assert "1 session was ended." in end(cast.owner.client, user, session=chosen.pk)
    assert (lynx.get("/").status_code, links.get("/").status_code) == (302, 200)
    assert secured() == [(cast.owner.user.email, "Ada", {"ended": "1 session", "from": ["127.0.0.1"]})]


def test_an_owner_ends_all_sessions_of_somebody(cast: Cast) -> None:
    user = make_user()
    clients = [browser_of(user), browser_of(user)]
    assert "2 sessions were ended." in end(cast.owner.client, user)
    assert [client.get("/").status_code for client in clients] == [302, 302]
    assert "No session was open." in end(cast.owner.client, user)
    assert "signed in nowhere" in cast.owner.client.get(page_of(user)).content.decode()
    assert len(secured()) == 1


@pytest.mark.parametrize("session", ["x", "-1", "9" * 30, "٣"])
def test_no_other_session_is_ended_by_a_made_up_name(session: str, cast: Cast) -> None:
    user = make_user()
    client = browser_of(user)
    end(cast.owner.client, user, session=session)
    assert client.get("/").status_code == 200


def test_a_session_of_somebody_else_is_not_ended_by_its_number(cast: Cast) -> None:
    user, other = make_user(), make_user()
    client = browser_of(other)
    end(cast.owner.client, user, session=UserSession.objects.get().pk)
    assert client.get("/").status_code == 200


def test_a_lost_second_factor_is_taken_away(cast: Cast) -> None:
    user = make_user(name="Ada")
    client = browser_of(user)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    assert "Take all factors away" in cast.owner.client.get(page_of(user)).content.decode()
    cast.owner.client.post(reverse("staff:reset_factors", args=[user.pk]))
    assert not Authenticator.objects.exists()
    assert client.get("/").status_code == 302
    assert [detail for _, _, detail in secured()] == [
        {"reset": ["recovery_codes", "totp"]},
        {"ended": "1 session", "from": ["127.0.0.1"]},
    ]
    assert browser_of(user).get("/").status_code == 200


def test_others_may_not(cast: Cast) -> None:
    user = make_user()
    browser_of(user)
    auditor = make_user(role="auditor")
    for actor in (cast.member.user, cast.stranger.user, auditor):
        for deed in (end_sessions, reset_second_factor):
            with pytest.raises(PermissionDenied):
                deed(user, actor)
        client = browser_of(actor)
        assert client.get(page_of(user)).status_code == 403
        for name in ("staff:end_sessions", "staff:reset_factors"):
            assert client.post(reverse(name, args=[user.pk])).status_code == 403
    assert secured() == []


def test_when_a_session_was_seen_last_is_exact_to_minutes(cast: Cast) -> None:
    client = browser_of(make_user())
    long_ago = timezone.now() - timedelta(days=1)
    cache.clear()
    UserSession.objects.update(last_seen_at=long_ago)
    client.get("/")
    seen = UserSession.objects.get().last_seen_at
    assert timezone.now() - seen < timedelta(minutes=1)
    UserSession.objects.update(last_seen_at=long_ago)
    client.get("/")
    assert UserSession.objects.get().last_seen_at == long_ago
