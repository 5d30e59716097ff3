"""What a user's memberships let them change."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects

from projects.models import Membership

if TYPE_CHECKING:
    from accounts.models import User


_MANAGING = frozenset({Membership.Role.MANAGER})
_OPERATING = _MANAGING | {Membership.Role.OPERATOR}
_ANNOTATING = _OPERATING | {Membership.Role.ANALYST}


def managed_project_ids(user: "User | AnonymousUser") -> frozenset[UUID]:
    """Ids of the projects of which `user` is a manager; asks the database once a user object."""
    return _project_ids(user, _MANAGING)


def operated_project_ids(user: "User | AnonymousUser") -> frozenset[UUID]:
    """Ids of the projects in which `user` decides on tool calls and jobs: as an operator or a manager."""
    return _project_ids(user, _OPERATING)


def may_manage(user: "User | AnonymousUser", project_id: UUID | None = None) -> bool:
    """Whether `user` owns the installation or manages the project; without one: any project."""
    return _may(user, managed_project_ids(user), project_id)


def may_operate(user: "User | AnonymousUser", project_id: UUID | None = None) -> bool:
    """Whether `user` owns the installation, or operates or manages the project; without one: any project."""
    return _may(user, operated_project_ids(user), project_id)


def may_annotate(user: "User | AnonymousUser", project_id: UUID | None = None) -> bool:
    """Whether `user` owns the installation, or tags and reacts in the project: as an analyst or above."""
    return _may(user, _project_ids(user, _ANNOTATING), project_id)


def require_manager(user: "User | AnonymousUser", project_id: UUID) -> None:
    """Raises PermissionDenied for those who may not manage the project."""
    if not may_manage(user, project_id):
        raise PermissionDenied("Managers of the project do this.")


def require_operator(user: "User | AnonymousUser", project_id: UUID) -> None:
    """Raises PermissionDenied for those who may not operate the project."""
    if not may_operate(user, project_id):
        raise PermissionDenied("Operators and managers of the project do this.")


def require_annotator(user: "User | AnonymousUser", project_id: UUID) -> None:
    """Raises PermissionDenied for those who may not tag and react in the project."""
    if not may_annotate(user, project_id):
        raise PermissionDenied("Analysts, operators and managers of the project do this.")


def _may(user: "User | AnonymousUser", allowed: frozenset[UUID], project_id: UUID | None) -> bool:
    if getattr(user, "is_owner", False):
        return True
    return bool(allowed) if project_id is None else project_id in allowed


def _project_ids(user: "User | AnonymousUser", roles: frozenset[str]) -> frozenset[UUID]:
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    prefetch_related_objects([user], "memberships")
    return frozenset(
        membership.project_id for membership in user.memberships.all() if membership.role in roles
    )
