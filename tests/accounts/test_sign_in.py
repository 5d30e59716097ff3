"""Signing in: by whom, how it fails, what it leaves behind, and the second factor."""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from core.sessions import cookie_of
from tests.factories import PASSWORD, make_owner, make_user

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_limits(settings: Any) -> Any:
    """Counts of failures in this process's memory, empty."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def code_of(seed: str, moment: float | None = None) -> str:
    """The code of RFC 6238 for `seed` (base32) at `moment`."""
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    step = struct.pack(">Q", int(time.time() if moment is None else moment) // 30)
    mac = hmac.new(key, step, hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def with_second_factor(client: Client, user: User) -> str:
    """Signs in, sets an authenticator app up, and gives its seed."""
    sign_in(client, user.email)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    form = client.get(reverse("mfa_activate_totp"))
    seed: str = form.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": code_of(seed)}).status_code == 302
    return seed


def told() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("position").values_list("action", "actor_label"))


def test_staff_signs_in_by_e_mail_whatever_its_case(client: Client) -> None:
    user = make_user(email="Priya@Example.com")
    response = sign_in(client, "priya@example.COM")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert told() == [("signed_in", user.email)]


def test_signing_in_leads_on_within_the_house_alone(client: Client) -> None:
    user = make_user()
    assert sign_in(client, user.email, next="/usage/?group_by=model")["Location"] == "/usage/?group_by=model"
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"):
        other = Client()
        assert sign_in(other, user.email, next=elsewhere)["Location"] == "/", elsewhere


def test_the_admins_own_doors_lead_here(client: Client) -> None:
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    client.force_login(make_user())
    assert client.get("/admin/password_change/")["Location"] == reverse("account_change_password")


@pytest.mark.parametrize("closed", [{"is_active": False}, {"is_staff": False}])
def test_closed_accounts_stay_outside(client: Client, closed: dict[str, bool]) -> None:
    user = make_user(**closed)
    sign_in(client, user.email)
    assert client.get("/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_failure_does_not_tell_whether_the_account_is_there(client: Client, settings: Any) -> None:
    settings.SENDS_EMAIL = True
    user = make_user()
    known, unknown = sign_in(client, user.email, "wrong"), sign_in(client, "nobody@example.com", "wrong")
    assert known.status_code == unknown.status_code == 200
    for response in (known, unknown):
        assert "No account of the staff has this e-mail address and password." in response.content.decode()
    assert [action for action, _ in told()] == ["sign_in_failed", "sign_in_failed"]
    reset = [
        client.post("/accounts/password/reset/", {"email": each}) for each in (user.email, "x@example.com")
    ]
    assert {(each.status_code, each.get("Location")) for each in reset} == {
        (302, reverse("account_reset_password_done"))
    }


def test_failures_are_limited_also_for_the_right_password(client: Client) -> None:
    user = make_user()
    for _ in range(5):
        sign_in(client, user.email, "wrong")
    assert "_auth_user_id" not in (sign_in(client, user.email) and client.session)
    assert told() == [("sign_in_failed", "nobody signed in")] * 5


def test_nobody_signs_up(client: Client) -> None:
    form = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    assert "Accounts come from the owners" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", form)
    assert User.objects.count() == 0


def test_the_session_before_is_not_the_session_after(client: Client) -> None:
    user = make_user()
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = before = cookie_of(str(session.session_key))
    assert client.get(LOGIN).wsgi_request.session["planted"]
    sign_in(client, user.email)
    assert client.cookies["sessionid"].value != before
    stale = Client()
    stale.cookies["sessionid"] = before
    assert stale.get("/").status_code == 302


def test_signing_out_takes_a_post(client: Client) -> None:
    user = make_user()
    sign_in(client, user.email)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert client.get("/").status_code == 302
    assert [action for action, _ in told()] == ["signed_in", "signed_out"]


def test_a_second_factor_is_asked_for_and_its_seed_is_encrypted(client: Client) -> None:
    user = make_user()
    seed = with_second_factor(client, user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())
    assert seed not in stored
    other = Client()
    assert sign_in(other, user.email)["Location"] == reverse("mfa_authenticate")
    assert other.get("/").status_code == 302
    later = code_of(seed, time.time() + 30)
    assert other.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert other.post(reverse("mfa_authenticate"), {"code": later})["Location"] == "/"
    assert other.get("/").status_code == 200


def test_changes_of_how_one_signs_in_are_told(
    client: Client, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    user = make_user()
    with django_capture_on_commit_callbacks(execute=True):
        with_second_factor(client, user)
    new = {"oldpassword": PASSWORD, "password1": "a longer passphrase", "password2": "a longer passphrase"}
    client.post(reverse("account_change_password"), new)
    entries = AuditEntry.objects.filter(action="secured").order_by("position")
    assert [entry.detail for entry in entries] == [
        {"added": "totp"},
        {"added": "recovery_codes"},
        {"changed": "password"},
    ]
    assert {entry.actor_label for entry in entries} == {user.email}


def test_a_code_works_once(client: Client) -> None:
    user = make_user()
    seed = with_second_factor(client, user)
    code = code_of(seed, time.time() + 30)
    for expected in (302, 200):
        other = Client()
        sign_in(other, user.email)
        assert other.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected


def test_recovery_codes_work_once_each(client: Client) -> None:
    user = make_user()
    with_second_factor(client, user)
    page = client.get(reverse("mfa_view_recovery_codes"))
    code = page.context["unused_codes"][0]
    assert code in page.content.decode()
    for expected in (302, 200):
        other = Client()
        sign_in(other, user.email)
        assert other.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected


def test_recovery_codes_are_shown_once(client: Client, settings: Any) -> None:
    """Nobody who finds a session open reads them, and what no key opens is not shown as if it were codes."""
    with_second_factor(client, make_user())
    [code, *_] = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    for ring in (settings.ENCRYPTION_KEYS, settings.ENCRYPTION_KEYS[:1]):
        settings.ENCRYPTION_KEYS = ring
        page = client.get(reverse("mfa_view_recovery_codes"))
        assert not page.context["can_view_codes"]
        assert code not in page.content.decode()
        assert all(each not in page.content.decode() for each in page.context["unused_codes"])
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 403


def test_a_seed_that_no_key_opens_opens_nothing(client: Client, settings: Any) -> None:
    user = make_user()
    seed = with_second_factor(client, user)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    other = Client()
    sign_in(other, user.email)
    answer = other.post(reverse("mfa_authenticate"), {"code": code_of(seed, time.time() + 30)})
    assert (answer.status_code, other.get("/").status_code) == (200, 302)


@pytest.mark.parametrize(
    ("required", "led"), [("off", []), ("owners", ["owner"]), ("staff", ["owner", "other"])]
)
def test_a_second_factor_may_be_required(settings: Any, required: str, led: list[str]) -> None:
    settings.REQUIRE_SECOND_FACTOR = required
    people = {"owner": make_owner(), "other": make_user()}
    answers = {}
    for name, user in people.items():
        client = Client()
        sign_in(client, user.email)
        answers[name] = client.get("/usage/")
    assert [name for name, answer in answers.items() if answer.status_code == 302] == led
    assert {answers[name]["Location"] for name in led} <= {reverse("mfa_index")}


def test_who_has_the_required_second_factor_goes_on(client: Client, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    user = make_user()
    with_second_factor(client, user)
    assert client.get("/usage/").status_code == 200
    Authenticator.objects.filter(type=Authenticator.Type.TOTP).delete()
    assert client.get("/usage/")["Location"] == reverse("mfa_index")
    assert client.get("/usage/", headers={"accept": "application/json"}).status_code == 403


def test_sessions_are_listed_and_ended(client: Client) -> None:
    user = make_user()
    sign_in(client, user.email)
    other = Client(headers={"user-agent": "Lynx"})
    sign_in(other, user.email)
    assert "Lynx" in client.get(reverse("usersessions_list")).content.decode()
    client.post(reverse("usersessions_list"))
    assert (client.get("/").status_code, other.get("/").status_code) == (200, 302)


def test_others_than_ours_are_off_until_configured(client: Client) -> None:
    page = client.get(LOGIN).content.decode()
    assert "google" not in page.lower()
    assert "github" not in page.lower()
