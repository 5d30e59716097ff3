"""Staff accounts in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.models import Membership
from tests.cast import Cast
from tests.factories import PASSWORD, make_member, make_owner, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounts_user_changelist")
ADD = reverse("admin:accounts_user_add")


def change(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def form(user: User, **changes: Any) -> dict[str, Any]:
    """What the browser sends for `user`, with `changes`; no memberships."""
    counts = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
    management = {
        f"{prefix}-{name}": n for prefix in ("memberships", "memberships-2") for name, n in counts.items()
    }
    fields = {"email": user.email, "name": user.name, "role": user.role, "time_zone": user.time_zone}
    return {**management, **fields, "is_active": "on", "is_staff": "on", **changes}


def errors(response: Any) -> list[str]:
    return [message for messages in response.context["errors"] for message in messages]


def test_an_owner_adds_somebody_who_can_sign_in(cast: Cast) -> None:
    fields = {"role": "member", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    response = cast.owner.client.post(ADD, form(User(email="mara@example.com", name="Mara Keller"), **fields))
    added = User.objects.get(email="mara@example.com")
    assert (response.status_code, added.name, added.role, added.is_staff) == (
        302,
        "Mara Keller",
        "member",
        True,
    )
    assert Client().login(username="MARA@example.com", password=PASSWORD)


def test_an_address_is_one_persons_whatever_its_case(cast: Cast) -> None:
    taken = make_user()
    response = cast.owner.client.post(
        ADD, form(User(email=taken.email.upper()), role="member", usable_password="false")
    )
    assert errors(response) == ["Somebody signs in with this e-mail address already."]


def test_an_owner_changes_a_role_and_gives_a_membership(cast: Cast) -> None:
    user = make_user()
    row = {
        "memberships-2-TOTAL_FORMS": 1,
        "memberships-2-0-project": cast.project.pk,
        "memberships-2-0-role": "manager",
    }
    response = cast.owner.client.post(
        change(user), form(user, role="finance", time_zone="Europe/Berlin", **row)
    )
    user.refresh_from_db()
    assert (response.status_code, user.role, user.time_zone) == (302, "finance", "Europe/Berlin")
    assert list(user.memberships.values_list("project", "role")) == [(cast.project.pk, "manager")]


def test_a_time_zone_must_be_known(cast: Cast) -> None:
    response = cast.owner.client.post(
        change(cast.owner.user), form(cast.owner.user, time_zone="Atlantis/Capital")
    )
    assert errors(response) == ["Not an IANA time zone, such as Europe/Berlin."]


@pytest.mark.parametrize("changes", [{"role": "member"}, {"is_active": ""}, {"is_staff": ""}])
def test_the_last_owner_stays(changes: dict[str, str], cast: Cast) -> None:
    make_owner(is_active=False)
    response = cast.owner.client.post(change(cast.owner.user), form(cast.owner.user, **changes))
    assert errors(response) == ["This is the last owner who can sign in: make somebody else an owner first."]
    make_owner()
    assert (
        cast.owner.client.post(change(cast.owner.user), form(cast.owner.user, **changes)).status_code == 302
    )


def test_an_owner_sets_a_password(cast: Cast) -> None:
    user, new = make_user(), "another battery staple"
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    sent = {"usable_password": "true", "password1": new, "password2": new, "set-password": "1"}
    assert cast.owner.client.post(url, sent).status_code == 302
    assert Client().login(username=user.email, password=new)
    for other in (user, make_member(cast.project)):
        url = reverse("admin:auth_user_password_change", args=[other.pk])
        assert cast.member.client.get(url).status_code == 403


def test_accounts_are_not_deleted(cast: Cast) -> None:
    user = make_user()
    assert (
        cast.owner.client.post(
            reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"}
        ).status_code
        == 403
    )
    cast.owner.client.post(LIST, {"action": "delete_selected", "_selected_action": user.pk, "post": "yes"})
    assert User.objects.filter(pk=user.pk).exists()


def test_a_member_sees_fellow_members_and_nothing_that_signs_in(cast: Cast) -> None:
    fellow = make_member(cast.project)
    make_user()
    seen = cast.member.client.get(LIST).context["cl"].result_list
    assert set(seen) == {cast.member.user, fellow}
    page = cast.member.client.get(change(fellow))
    shown = {str(name) for _, options in page.context["adminform"].fieldsets for name in options["fields"]}
    assert shown == {"email", "name", "time_zone", "role", "is_active"}
    assert fellow.password not in page.content.decode()


def test_a_member_changes_nobody_themselves_neither(cast: Cast) -> None:
    for user in (cast.member.user, make_member(cast.project)):
        assert cast.member.client.post(change(user), form(user, role="owner")).status_code == 403
    assert cast.member.client.get(ADD).status_code == 403
    assert not Membership.objects.filter(user__role=User.Role.OWNER).exists()
