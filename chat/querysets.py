"""Who may read what was said. Costs are for everybody who sees the project; words are not."""

from typing import Self

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from projects.models import Membership
from projects.querysets import ProjectScopedQuerySet

_READ_EVERYTHING = (User.Role.AUDITOR, User.Role.OWNER)
_READ_THEIR_PROJECT = (Membership.Role.ANALYST, Membership.Role.OPERATOR, Membership.Role.MANAGER)


class TranscriptQuerySet(ProjectScopedQuerySet):
    """For tables of words: `visible_to` tells whose rows one may count, `readable_by` whose one may read."""

    def readable_by(self, user: User | AnonymousUser) -> Self:
        """Rows whose words (titles, contents) `user` may read; always among those visible to them."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role in _READ_EVERYTHING:
            return self
        readable = user.memberships.filter(role__in=_READ_THEIR_PROJECT)
        return self.filter(project_id__in=readable.values("project_id"))
