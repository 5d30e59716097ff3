"""Whoever has the database has no session: a row's key opens nothing without our signature."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from core.sessions import SessionStore, cookie_of, key_of
from tests.factories import make_owner

pytestmark = pytest.mark.django_db

PASSWORD = "a long passphrase"


@pytest.fixture
def signed_in() -> Client:
    """Through the page, as a browser comes."""
    owner = make_owner()
    owner.set_password(PASSWORD)
    owner.save()
    client = Client()
    client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert client.get("/").status_code == 200
    return client


def opened_by(cookie: str) -> int:
    client = Client()
    client.cookies["sessionid"] = cookie
    return client.get("/").status_code


def test_the_cookie_is_not_in_the_database(signed_in: Client) -> None:
    cookie = signed_in.cookies["sessionid"].value
    [row], [listed] = Session.objects.all(), UserSession.objects.all()
    assert cookie_of(row.session_key) == cookie != row.session_key == listed.session_key
    assert opened_by(cookie) == 200
    assert cookie not in str([*Session.objects.values(), *UserSession.objects.values()])


def test_what_the_database_holds_opens_nothing(signed_in: Client) -> None:
    [row] = Session.objects.all()
    _, _, signature = signed_in.cookies["sessionid"].value.partition(":")
    other = cookie_of("another0key0of0thirty0two0signs00").partition(":")[2]
    for forged in (row.session_key, f"{row.session_key}:", f"{row.session_key}:{other}", signature, ":"):
        assert opened_by(forged) == 302


def test_another_secret_key_signs_nobody_in(signed_in: Client, settings: Any) -> None:
    cookie = signed_in.cookies["sessionid"].value
    settings.SECRET_KEY = "another" * 10
    assert key_of(cookie) is None
    assert opened_by(cookie) == 302


def test_a_store_takes_a_row_or_a_whole_cookie(signed_in: Client) -> None:
    [row] = Session.objects.all()
    assert SessionStore(row.session_key)["_auth_user_id"]
    assert SessionStore(cookie_of(row.session_key))["_auth_user_id"]
    assert SessionStore(f"{row.session_key}:forged").session_key is None


def test_other_sessions_are_listed_and_ended(signed_in: Client) -> None:
    owner = UserSession.objects.get().user
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    page = signed_in.get(reverse("usersessions_list"))
    assert len(page.context["sessions"]) == 2
    signed_in.post(reverse("usersessions_list"))
    assert (signed_in.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)
