"""Access is a queryset: what a user may read is what `visible_to` returns, and nothing else."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models

from core.permissions import Action, allowed_project_ids, may_everywhere, project_roles

if TYPE_CHECKING:
    from accounts.models import User


class ProjectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The projects of which `user` is a member, or all of them with an installation role."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        return self.filter(pk__in=membership_project_ids(user))


class InvitationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those into the projects whose members `user` manages; all for owners."""
        projects = allowed_project_ids(user, Action.MANAGE_MEMBERS)
        return self if projects is None else self.filter(project_id__in=projects) if projects else self.none()


class ProjectScopedQuerySet(models.QuerySet[Any]):
    """For every table with a `project`: reads go through `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Rows of the projects that `user` may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        return self.filter(project_id__in=membership_project_ids(user))


GENERAL_STAYS = "The channel “general” stays as it is while its project lives."


class ChannelQuerySet(ProjectScopedQuerySet):
    def delete(self) -> tuple[int, dict[str, int]]:
        """Raises ValidationError where a project's channel `general` is among them."""
        if self.filter(is_default=True).exists():
            raise ValidationError(GENERAL_STAYS, code="general_stays")
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class TranscriptQuerySet(ProjectScopedQuerySet):
    """For tables of words. Costs are for everybody who sees the project; words are not.

    `visible_to` tells whose rows one may count, `readable_by` whose one may read.
    """

    def readable_by(self, user: "User | AnonymousUser") -> Self:
        """Rows whose words (titles, contents) `user` may read; always among those visible to them."""
        if may_everywhere(user, Action.READ_TRANSCRIPTS):
            return self
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        readable = user.memberships.filter(role__in=project_roles(Action.READ_TRANSCRIPTS))
        return self.filter(project_id__in=readable.values("project_id"))


def membership_project_ids(user: "User") -> models.QuerySet[Any, Any]:
    """A subquery of the ids of the projects that `user` is a member of."""
    return user.memberships.values("project_id")
