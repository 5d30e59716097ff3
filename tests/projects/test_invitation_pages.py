"""Inviting in the browser, and opening the link."""

import re
import smtplib
from typing import Any
from unittest import mock

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from projects.models import Invitation, Membership
from projects.services.invitations import invite
from tests.cast import Actor, Cast, signed_in
from tests.factories import PASSWORD, make_member, make_project, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:projects_invitation_changelist")
ADD = reverse("admin:projects_invitation_add")
NEWCOMER = {"name": "Ada", "password1": "a long passphrase", "password2": "a long passphrase"}


@pytest.fixture
def manager(cast: Cast) -> Actor:
    return signed_in(make_member(cast.project, Membership.Role.MANAGER, name="Mara"))


def asked(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {"email": "ada@example.com", "project": str(cast.project.pk), "project_role": "analyst", **changes}


def link_in(words: str) -> str:
    found = re.search(r"http://testserver(/accounts/invitation/[\w-]+/)", words)
    assert found is not None, words
    return found[1]


def link_of(cast: Cast, **given: Any) -> str:
    given = given or {"project": cast.project, "project_role": "analyst"}
    return reverse("projects:invitation", args=[invite("ada@example.com", cast.owner.user, **given)[1]])


@pytest.fixture
def mails(settings: Any) -> Any:
    settings.SENDS_EMAIL = True
    return mail


def test_a_manager_invites_by_e_mail(mails: Any, cast: Cast, manager: Actor, client: Client) -> None:
    answer = manager.client.post(ADD, asked(cast))
    [sent] = mails.outbox
    assert (sent.to, sent.subject) == (["ada@example.com"], "Mara invites you to Countinghouse")
    assert str(cast.project) in sent.body
    link = link_in(sent.body)
    page = manager.client.get(answer["Location"]).content.decode()
    assert "on its way to ada@example.com" in page
    assert link not in page
    assert client.get(link).status_code == 200
    assert client.post(link, NEWCOMER)["Location"] == "/"
    assert client.get("/").status_code == 200
    ada = User.objects.get(email="ada@example.com")
    assert ada.memberships.get().role == "analyst"
    assert Client().get(link).status_code == 410


def test_without_e_mail_the_link_is_shown_once(cast: Cast, manager: Actor) -> None:
    address = manager.client.post(ADD, asked(cast))["Location"]
    first = manager.client.get(address)
    assert Client().get(link_in(first.content.decode())).status_code == 200
    assert "no-store" in first["Cache-Control"]
    assert "/accounts/invitation/" not in manager.client.get(address).content.decode()
    assert mail.outbox == []


def test_a_mail_server_that_is_down_loses_nothing(mails: Any, cast: Cast, manager: Actor) -> None:
    refusal = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    refusing = mock.patch("projects.services.invitations.send_mail", side_effect=refusal)
    with refusing:
        answer = manager.client.post(ADD, asked(cast))
    page = manager.client.get(answer["Location"]).content.decode()
    assert "did not take the e-mail" in page
    assert Client().get(link_in(page)).status_code == 200
    assert Invitation.objects.get().sent_at is None


def test_nothing_is_sent_of_what_was_not_kept(mails: Any, cast: Cast, manager: Actor) -> None:
    assert manager.client.post(ADD, asked(cast, email="nobody")).status_code == 200
    assert mails.outbox == []
    assert not Invitation.objects.exists()


def test_a_manager_is_offered_their_projects_and_no_role_on_the_installation(
    cast: Cast, manager: Actor
) -> None:
    other = make_project(name="Of somebody else")
    Membership.objects.create(user=manager.user, project=other, role="viewer")
    form = manager.client.get(ADD).context["adminform"].form
    assert list(form.fields) == ["email", "project", "project_role"]
    assert list(form.fields["project"].queryset) == [cast.project]
    for refused in ({"project": str(other.pk)}, {"project": ""}, {"project_role": ""}):
        assert manager.client.post(ADD, asked(cast, **refused)).status_code == 200
    manager.client.post(ADD, asked(cast, role="owner"))
    assert [each.role for each in Invitation.objects.all()] == ["member"]


@pytest.mark.parametrize("role", ["viewer", "analyst", "operator"])
def test_others_neither_invite_nor_see_who_is_invited(role: str, cast: Cast) -> None:
    link_of(cast)
    other = signed_in(make_member(cast.project, role))
    assert other.client.get(ADD).status_code == 403
    assert other.client.post(ADD, asked(cast)).status_code == 403
    assert other.client.get(LIST).status_code == 403


def test_a_manager_sees_the_invitations_of_their_projects(cast: Cast, manager: Actor) -> None:
    link_of(cast)
    invite("eve@example.com", cast.owner.user, project=make_project(), project_role="viewer")
    invite("fay@example.com", cast.owner.user, role="finance")
    page = manager.client.get(LIST).content.decode()
    assert "ada@example.com" in page
    assert "eve@example.com" not in page
    assert "fay@example.com" not in page


def test_actions_send_again_and_withdraw(cast: Cast, manager: Actor) -> None:
    old = link_of(cast)
    row = Invitation.objects.get()
    chosen = {"_selected_action": [str(row.pk)]}
    answer = manager.client.post(LIST, {**chosen, "action": "send_again"})
    new = link_in(manager.client.get(answer["Location"]).content.decode())
    assert [Client().get(link).status_code for link in (old, new)] == [410, 200]
    answer = manager.client.post(LIST, {**chosen, "action": "withdraw_selected"})
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["1 invitation is withdrawn."]
    assert Client().get(new).status_code == 410
    manager.client.post(LIST, {**chosen, "action": "send_again"})
    assert Client().get(new).status_code == 410


def test_a_manager_does_not_renew_what_an_owner_gives(cast: Cast, manager: Actor) -> None:
    link = link_of(cast, role="owner", project=cast.project, project_role="viewer")
    chosen = {"_selected_action": [str(Invitation.objects.get().pk)]}
    for action in ("send_again", "withdraw_selected"):
        manager.client.post(LIST, {**chosen, "action": action})
    assert Client().get(link).status_code == 200


def test_opening_the_link_changes_nothing(cast: Cast, client: Client) -> None:
    link = link_of(cast)
    before = AuditEntry.objects.count()
    for _ in range(2):
        page = client.get(link)
        assert "ada@example.com" in page.content.decode()
        assert "no-store" in page["Cache-Control"]
    assert not User.objects.filter(email="ada@example.com").exists()
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("changes", [{"password2": "another"}, {"password1": "12345", "password2": "12345"}])
def test_a_weak_or_mistyped_password_is_refused(changes: dict[str, str], cast: Cast, client: Client) -> None:
    link = link_of(cast)
    assert client.post(link, {**NEWCOMER, **changes}).status_code == 422
    assert client.post(link, NEWCOMER).status_code == 302


def test_an_address_cannot_be_chosen(cast: Cast, client: Client) -> None:
    client.post(link_of(cast), {**NEWCOMER, "email": "eve@example.com", "role": "owner"})
    assert not User.objects.filter(email="eve@example.com").exists()
    assert User.objects.get(email="ada@example.com").role == "member"


def test_who_has_an_account_signs_in_and_joins(cast: Cast, client: Client) -> None:
    make_user(email="ada@example.com")
    link = link_of(cast)
    answer = client.get(link)
    assert answer["Location"].startswith("/accounts/login/?next=")
    entered = client.post(answer["Location"], {"login": "ada@example.com", "password": PASSWORD})
    assert entered["Location"] == link
    assert "Join" in client.get(link).content.decode()
    assert client.post(link)["Location"] == "/"
    assert Membership.objects.get(user__email="ada@example.com").role == "analyst"


def test_somebody_else_is_told_so(cast: Cast) -> None:
    link = link_of(cast)
    for answer in (cast.stranger.client.get(link), cast.stranger.client.post(link)):
        assert "This invitation is for ada@example.com" in answer.content.decode()
    assert not Membership.objects.filter(user=cast.stranger.user).exists()


@pytest.mark.parametrize("token", ["x", "x" * 43, "%F0%9F%92%A9"])
def test_a_link_that_nobody_made_has_ended(token: str, client: Client) -> None:
    answer = client.get(f"/accounts/invitation/{token}/")
    assert answer.status_code == 410
    assert "This invitation has ended" in answer.content.decode()
