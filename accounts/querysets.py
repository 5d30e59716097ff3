from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from core.permissions import Action, may_everywhere, project_roles

if TYPE_CHECKING:
    from accounts.models import User


class PersonQuerySet(models.QuerySet["Person"]):  # type: ignore[name-defined]
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """People that `user` may see: all with an installation role, else those at work in their projects."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        return self._at_work(user=user)

    def told_to(self, user: "User | AnonymousUser") -> Self:
        """Those of whom `user` may read what their sources keep about them, such as goals: of the people at
        work in projects whose transcripts they read."""
        if may_everywhere(user, Action.READ_TRANSCRIPTS):
            return self
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self._at_work(user=user, role__in=project_roles(Action.READ_TRANSCRIPTS))

    def _at_work(self, **membership: Any) -> Self:
        """People who own, talk or serve in a project with such a membership."""
        people = self.model._default_manager
        linked = Q()
        # One subquery a link: joined into one, the links would multiply each other's rows.
        for link in (
            "owned_projects",
            "conversations__project",
            "participations__project",
            "agents__project",
        ):
            wanted = {f"{link}__memberships__{name}": value for name, value in membership.items()}
            linked |= Q(pk__in=people.filter(**wanted).values("pk"))
        return self.filter(linked)


class PersonLinkedQuerySet(models.QuerySet[Any]):
    """For tables of a person's own things, which stand above projects."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All with an installation role, else what belongs to people that `user` may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        people = self.model._meta.get_field("person").related_model._default_manager
        return self.filter(person__in=people.visible_to(user).values("pk"))


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Staff that `user` may see: all with an installation role, else themselves and fellow members."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        fellows = self.model._default_manager.filter(memberships__project__memberships__user=user)
        return self.filter(Q(pk=user.pk) | Q(pk__in=fellows.values("pk")))


class AuditQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Everything for those whose role reads the audit log, nothing for others."""
        return self if may_everywhere(user, Action.READ_AUDIT) else self.none()


class InstallationPeopleQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Everything for those whose role reads the audit log: it is about people, and of no project."""
        return self if may_everywhere(user, Action.READ_AUDIT) else self.none()
