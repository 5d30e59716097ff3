"""Invitations give once, within a week, and only what their maker still may give."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, User
from projects.models import Invitation, Membership, Project
from projects.services.bin import delete_project
from projects.services.invitations import (
    InvitationEndedError,
    accept_as,
    accept_as_newcomer,
    find,
    invite,
    renew,
    withdraw,
)
from tests.factories import make_member, make_owner, make_project, make_user

pytestmark = pytest.mark.django_db

PHRASE = "a long passphrase"


@pytest.fixture
def project() -> Project:
    return make_project(name="Atlas")


@pytest.fixture
def manager(project: Project) -> User:
    return make_member(project, Membership.Role.MANAGER)


def invited(by: User, **given: Any) -> tuple[Invitation, str]:
    return invite("Ada@example.com", by, **given)


def test_a_newcomer_gets_an_account_and_the_role(project: Project, manager: User) -> None:
    invitation, token = invited(manager, project=project, project_role="analyst")
    user = accept_as_newcomer(token, "Ada", PHRASE)
    assert (user.email, user.name, user.role, user.is_staff) == ("Ada@example.com", "Ada", "member", True)
    assert user.check_password(PHRASE)
    assert Membership.objects.get(user=user).role == "analyst"
    invitation.refresh_from_db()
    assert invitation.accepted_by == user
    assert invitation.accepted_at is not None
    told = AuditEntry.objects.order_by("position").values_list("action", "actor_label", "target_model")
    assert list(told) == [
        ("invited", manager.email, "projects.invitation"),
        ("added", "Ada@example.com", "accounts.user"),
        ("added", "Ada@example.com", "projects.membership"),
    ]


def test_the_token_is_not_kept(project: Project, manager: User) -> None:
    _, token = invited(manager, project=project, project_role="viewer")
    rows = [*Invitation.objects.values_list(), *AuditEntry.objects.values_list()]
    assert token not in str(rows)


def test_a_link_opens_once(project: Project, manager: User) -> None:
    _, token = invited(manager, project=project, project_role="viewer")
    user = accept_as_newcomer(token, "Ada", PHRASE)
    with pytest.raises(InvitationEndedError):
        accept_as_newcomer(token, "Eve", PHRASE)
    with pytest.raises(InvitationEndedError):
        accept_as(user, token)


def test_a_link_ends_after_a_week(project: Project, manager: User) -> None:
    invitation, token = invited(manager, project=project, project_role="viewer")
    assert timedelta(days=6, hours=23) < invitation.expires_at - timezone.now() <= timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now())
    with pytest.raises(InvitationEndedError):
        find(token)


def test_a_renewed_link_takes_the_place_of_the_old_one(project: Project, manager: User) -> None:
    invitation, old = invited(manager, project=project, project_role="viewer")
    Invitation.objects.update(expires_at=timezone.now())
    invitation.refresh_from_db()
    new = renew(invitation, manager)
    assert find(new) == invitation
    with pytest.raises(InvitationEndedError):
        find(old)


def test_a_withdrawn_link_has_ended(project: Project, manager: User) -> None:
    invitation, token = invited(manager, project=project, project_role="viewer")
    withdraw(invitation, manager)
    with pytest.raises(InvitationEndedError):
        accept_as_newcomer(token, "Ada", PHRASE)
    for step in (renew, withdraw):
        with pytest.raises(ValidationError, match="already"):
            step(invitation, manager)
    assert not User.objects.filter(email="Ada@example.com").exists()


def test_managers_invite_to_their_project_alone(project: Project, manager: User) -> None:
    with pytest.raises(PermissionDenied):
        invited(manager, project=make_project(), project_role="viewer")
    with pytest.raises(PermissionDenied):
        invited(manager, role="finance")
    with pytest.raises(PermissionDenied):
        invited(manager, role="owner", project=project, project_role="viewer")
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "analyst", "operator"])
def test_others_invite_nobody(role: str, project: Project) -> None:
    with pytest.raises(PermissionDenied):
        invited(make_member(project, role), project=project, project_role="viewer")


def test_owners_invite_to_roles_on_the_installation() -> None:
    _, token = invited(make_owner(), role="finance")
    assert accept_as_newcomer(token, "Ada", PHRASE).role == "finance"


@pytest.mark.parametrize(
    "given", [{}, {"project_role": "viewer", "role": "finance"}, {"role": "king"}, {"role": ""}]
)
def test_an_invitation_gives_something(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        invited(make_owner(), **given)


def test_a_project_goes_with_a_role_on_it(project: Project) -> None:
    owner = make_owner()
    with pytest.raises(ValidationError):
        invited(owner, project=project)
    invitation, _ = invited(owner, project=project, project_role="viewer")
    for values in ({"project_role": ""}, {"project_role": "king"}, {"role": "king"}, {"project": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.filter(pk=invitation.pk).update(**values)


def test_nothing_is_given_that_its_maker_may_not_give_any_more(project: Project, manager: User) -> None:
    _, token = invited(manager, project=project, project_role="viewer")
    Membership.objects.filter(user=manager).update(role="operator")
    with pytest.raises(InvitationEndedError):
        accept_as_newcomer(token, "Ada", PHRASE)


def test_a_deactivated_owner_lets_nobody_in() -> None:
    owner = make_owner()
    _, token = invited(owner, role="owner")
    User.objects.filter(pk=owner.pk).update(is_active=False)
    with pytest.raises(InvitationEndedError):
        accept_as_newcomer(token, "Ada", PHRASE)


def test_a_deleted_project_lets_nobody_in(project: Project, manager: User) -> None:
    _, token = invited(manager, project=project, project_role="viewer")
    delete_project(project, make_owner())
    with pytest.raises(InvitationEndedError):
        find(token)


def test_an_account_that_is_there_joins(project: Project, manager: User) -> None:
    _, token = invited(manager, project=project, project_role="operator")
    ada = make_user(email="ada@EXAMPLE.com")
    with pytest.raises(ValidationError):
        accept_as_newcomer(token, "Ada", PHRASE)
    accept_as(ada, token)
    assert Membership.objects.get(user=ada).role == "operator"


def test_nobody_else_accepts_it(project: Project, manager: User) -> None:
    invitation, token = invited(manager, project=project, project_role="operator")
    with pytest.raises(PermissionDenied):
        accept_as(make_user(), token)
    assert find(token) == invitation


@pytest.mark.parametrize(
    ("has", "is_offered", "then"),
    [("viewer", "manager", "manager"), ("manager", "viewer", "manager"), ("analyst", "analyst", "analyst")],
)
def test_joining_takes_no_role_away(
    has: str, is_offered: str, then: str, project: Project, manager: User
) -> None:
    ada = make_member(project, has, email="ada@example.com")
    accept_as(ada, invited(manager, project=project, project_role=is_offered)[1])
    assert Membership.objects.get(user=ada).role == then


@pytest.mark.parametrize(
    ("has", "is_offered", "then"),
    [
        ("member", "finance", "finance"),
        ("finance", "owner", "owner"),
        ("owner", "auditor", "owner"),
        ("auditor", "finance", "auditor"),
    ],
)
def test_a_role_on_the_installation_is_raised(has: str, is_offered: str, then: str) -> None:
    ada = make_user(email="ada@example.com", role=has)
    accept_as(ada, invited(make_owner(), role=is_offered)[1])
    ada.refresh_from_db()
    assert (ada.role, ada.is_superuser) == (then, then == "owner")
    changes = AuditEntry.objects.filter(action="changed", target_id=str(ada.pk))
    assert [(entry.before, entry.after) for entry in changes] == (
        [] if has == then else [({"role": has}, {"role": then})]
    )
