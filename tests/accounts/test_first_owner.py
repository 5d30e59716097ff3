"""The first owner comes by a link, once."""

import json
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.test import Client

from accounts.first_owner import OwnerExistsError, link_token, make_first_owner
from accounts.models import AuditEntry, User
from tests.factories import make_owner, make_user

pytestmark = pytest.mark.django_db

FORM = {
    "email": "Mara@example.com",
    "name": "Mara",
    "password1": "a long passphrase",
    "password2": "a long passphrase",
}


def printed(*options: str) -> Any:
    out = StringIO()
    call_command("create_owner_link", "--format", "json", *options, stdout=out)
    return json.loads(out.getvalue() or "null")


def path() -> str:
    return urlsplit(printed()["url"]).path


def test_the_link_makes_the_first_owner_and_signs_them_in(client: Client) -> None:
    address = path()
    assert "Make the first account" in client.get(address).content.decode()
    assert client.post(address, FORM)["Location"] == "/"
    owner = User.objects.get()
    assert (owner.email, owner.name, owner.is_owner) == ("Mara@example.com", "Mara", True)
    assert client.get("/").status_code == 200
    told = AuditEntry.objects.order_by("position").values_list("action", "target_id")
    assert list(told) == [("added", str(owner.pk)), ("signed_in", str(owner.pk))]
    assert UserSession.objects.get().user == owner


def test_it_works_once(client: Client) -> None:
    address = path()
    client.post(address, FORM)
    other = Client()
    again = {**FORM, "email": "other@example.com"}
    assert (other.get(address).status_code, other.post(address, again).status_code) == (410, 410)
    assert User.objects.count() == 1


def test_it_ends_when_an_owner_comes_another_way(client: Client) -> None:
    address, token = path(), link_token()
    make_owner()
    assert client.post(address, FORM).status_code == 410
    with pytest.raises(OwnerExistsError):
        make_first_owner(token, "x@example.com", "", "a long passphrase")
    with pytest.raises(SystemExit, match="1"):
        printed()
    assert printed("--if-needed") is None


def test_it_ends_after_a_day(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = path()
    monkeypatch.setattr("accounts.first_owner.GOOD_FOR_S", -1)
    assert client.post(address, FORM).status_code == 410


def test_nobody_guesses_it(client: Client) -> None:
    for token in ("x", path().split("/")[-2] + "x"):
        assert client.post(f"/accounts/first-owner/{token}/", FORM).status_code == 410
    assert User.objects.count() == 0


def test_a_weak_password_and_a_taken_address_are_refused(client: Client) -> None:
    make_user(email="mara@example.com")
    address = path()
    for bad in ({"password1": "12345", "password2": "12345"}, {"password2": "another one"}, {}):
        answer = client.post(address, {**FORM, **bad})
        assert (answer.status_code, bool(answer.context["form"].errors)) == (422, True)
    assert not User.objects.filter(role="owner").exists()


def test_owners_who_cannot_sign_in_do_not_count() -> None:
    make_owner(is_active=False)
    assert printed()["url"]
