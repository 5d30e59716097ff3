"""Who may decide on tool calls."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from projects.roles import operated_project_ids


def may_decide(user: User | AnonymousUser, project_id: UUID | None = None) -> bool:
    """Whether `user` owns the installation, or operates or manages the project; without one: any project."""
    if getattr(user, "is_owner", False):
        return True
    operated = operated_project_ids(user)
    return bool(operated) if project_id is None else project_id in operated
