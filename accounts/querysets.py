from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User


class PersonQuerySet(models.QuerySet["Person"]):  # type: ignore[name-defined]
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """People that `user` may see: all with an installation role, else those at work in their projects."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        linked = Q(owned_projects__memberships__user=user) | Q(conversations__project__memberships__user=user)
        return self.filter(pk__in=self.model._default_manager.filter(linked).values("pk"))


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Staff that `user` may see: all with an installation role, else themselves and fellow members."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_all_projects:
            return self
        fellows = self.model._default_manager.filter(memberships__project__memberships__user=user)
        return self.filter(Q(pk=user.pk) | Q(pk__in=fellows.values("pk")))
