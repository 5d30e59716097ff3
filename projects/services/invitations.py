"""Asking somebody to join: by a link that opens once, within a week, and gives what its maker may give."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit.record import record
from accounts.models import User
from accounts.models.audit import AuditAction
from core.permissions import Action, may, may_everywhere, require
from projects.models import Invitation, Membership, Project
from projects.services.changes import change_and_record, change_if

GOOD_FOR = timedelta(days=7)
_IS_OPEN = Q(accepted_at__isnull=True, withdrawn_at__isnull=True)


class InvitationEndedError(Exception):
    """The link was used, withdrawn or left too long, or its maker may not give any more what it gives."""


@sensitive_variables("token")
def invite(
    email: str,
    by: User,
    *,
    role: str = User.Role.MEMBER,
    project: Project | None = None,
    project_role: str = "",
) -> tuple[Invitation, str]:
    """An invitation and the token of its link, which cannot be shown again.

    Raises PermissionDenied for what `by` may not give, ValidationError for what is no invitation.
    """
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=User.objects.normalize_email(email.strip()),
        role=role,
        project=project,
        project_role=project_role,
        invited_by=by,
        token_hash=hash_of(token),
        expires_at=timezone.now() + GOOD_FOR,
    )
    require_may_give(by, invitation)
    invitation.full_clean(exclude=["token_hash"])
    with transaction.atomic():
        invitation.save(force_insert=True)
        given = {"email": invitation.email, "role": role, "project_role": project_role}
        record(AuditAction.INVITED, invitation, after=given, by=by)
    return invitation, token


@sensitive_variables("token")
def renew(invitation: Invitation, by: User) -> str:
    """The token of a new link, good for another week; the old link has ended.

    Raises PermissionDenied as `invite` does, ValidationError when it was accepted or withdrawn.
    """
    require_may_give(by, invitation)
    token = secrets.token_urlsafe(32)
    values: dict[str, Any] = {
        "token_hash": hash_of(token),
        "expires_at": timezone.now() + GOOD_FOR,
        "invited_by": by,
    }
    if not change_and_record(invitation, _IS_OPEN, AuditAction.INVITED, by, **values):
        raise ValidationError("It was accepted or withdrawn already.", code="ended")
    return token


def withdraw(invitation: Invitation, by: User) -> None:
    """Raises PermissionDenied as `invite` does, ValidationError when it was accepted or withdrawn."""
    require_may_give(by, invitation)
    if not change_and_record(invitation, _IS_OPEN, AuditAction.CHANGED, by, withdrawn_at=timezone.now()):
        raise ValidationError("It was accepted or withdrawn already.", code="ended")


@sensitive_variables("link")
def send(invitation: Invitation, link: str) -> None:
    """Hand the e-mail over. Raises OSError (SMTP's errors are such) when the mail server does not take it."""
    context = {"invitation": invitation, "link": link, "days": GOOD_FOR.days}
    send_mail(
        f"{invitation.invited_by} invites you to Countinghouse",
        render_to_string("projects/invitation_email.txt", context),
        None,
        [invitation.email],
    )
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now())


@sensitive_variables("token")
def hash_of(token: str) -> bytes:
    """What is kept of a link: of 256 random bits nobody guesses the source."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def find(token: str) -> Invitation:
    """The invitation that the link of `token` accepts. Raises InvitationEndedError when there is none."""
    invitation: Invitation | None = (
        Invitation.objects.select_related("project", "invited_by")
        .filter(_IS_OPEN, token_hash=hash_of(token), expires_at__gt=timezone.now())
        .first()
    )
    if invitation is None or not _is_still_given(invitation):
        raise InvitationEndedError
    return invitation


def account_of(invitation: Invitation) -> User | None:
    """The account that has the invited address already."""
    return User.objects.filter(email__iexact=invitation.email).first()


@sensitive_variables("token", "password")
def accept_as_newcomer(token: str, name: str, password: str) -> User:
    """Makes the account, with what the invitation gives: all of it or nothing.

    Raises InvitationEndedError, and ValidationError when the address has an account already.
    """
    with transaction.atomic():
        invitation = _take(token)
        user = User.objects.create_user(invitation.email, password, name=name, role=invitation.role)
        record(
            AuditAction.ADDED,
            user,
            after={"email": user.email, "role": user.role},
            detail={"by": "an invitation", "invitation": str(invitation.pk)},
            by=user,
        )
        _give_project(invitation, user)
        Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    return user


@sensitive_variables("token")
def accept_as(user: User, token: str) -> None:
    """Gives the account what the invitation gives, where it has less.

    Raises InvitationEndedError, and PermissionDenied for another account than the invited one.
    """
    with transaction.atomic():
        invitation = _take(token)
        if user.email.casefold() != invitation.email.casefold():
            raise PermissionDenied("This invitation is for somebody else.")
        _give_role(invitation, user)
        _give_project(invitation, user)
        Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)


def _take(token: str) -> Invitation:
    """The invitation, accepted from here on: of two who open the link at once, one gets it."""
    invitation = find(token)
    if not change_if(invitation, _IS_OPEN & Q(token_hash=hash_of(token)), accepted_at=timezone.now()):
        raise InvitationEndedError
    return invitation


def _give_role(invitation: Invitation, user: User) -> None:
    """Auditors and finance see different things: only an owner's role holds all of another."""
    account = User.objects.select_for_update().get(pk=user.pk)
    before, after = account.role, invitation.role
    is_more = after == User.Role.OWNER or (before == User.Role.MEMBER and after != User.Role.MEMBER)
    if before == after or not is_more:
        return
    account.role = after
    account.save(update_fields=["role", "is_superuser"])
    record(AuditAction.CHANGED, account, before={"role": before}, after={"role": after}, by=user)


def _give_project(invitation: Invitation, user: User) -> None:
    if invitation.project is None:
        return
    given = {"project": invitation.project, "user": user}
    membership, is_new = Membership.objects.get_or_create(**given, defaults={"role": invitation.project_role})
    ranks = Membership.Role.values
    if is_new:
        record(AuditAction.ADDED, membership, after={"role": membership.role}, by=user)
    elif ranks.index(membership.role) < ranks.index(invitation.project_role):
        is_unchanged = Q(role=membership.role)
        change_and_record(membership, is_unchanged, AuditAction.CHANGED, user, role=invitation.project_role)


def require_may_give(user: User, invitation: Invitation) -> None:
    """Raises PermissionDenied unless `user` may give what the invitation gives."""
    if invitation.project_id is not None:
        require(user, Action.MANAGE_MEMBERS, invitation.project_id)
    if invitation.project_id is None or invitation.role != User.Role.MEMBER:
        require(user, Action.MANAGE_STAFF)


def _is_still_given(invitation: Invitation) -> bool:
    """Whether its maker may still give it, and its project is there."""
    maker, project = invitation.invited_by, invitation.project
    if project is not None and (project.deleted_at or not may(maker, Action.MANAGE_MEMBERS, project.pk)):
        return False
    gives_role = project is None or invitation.role != User.Role.MEMBER
    return not gives_role or may_everywhere(maker, Action.MANAGE_STAFF)
