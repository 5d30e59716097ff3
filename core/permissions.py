"""Who may do what: the one table that every write, and every read beyond `visible_to`, is asked of.

What is not in the table is denied. docs/permissions.md shows it as a matrix; a test keeps the two alike.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects

PROJECT_ROLES = ("viewer", "analyst", "operator", "manager")
"""projects.Membership.Role, each with what those before it may do."""
INSTALLATION_ROLES = ("member", "finance", "auditor", "owner")
"""accounts.User.Role; a member has nothing but what projects give them."""


class Action(StrEnum):
    """What somebody may do, in the words of docs/permissions.md."""

    OPEN = "Sign in, and open pages (they show what else the role allows)"
    VIEW_SPEND = "See reports, calls, costs and the rows behind them"
    EXPORT = "Download reports and lists"
    READ_TRANSCRIPTS = "Read titles, messages, parameters, results and files"
    ANNOTATE = "Tag conversations and react to messages"
    DECIDE_TOOL_CALLS = "Approve, reject and cancel tool calls"
    RUN_JOBS = "Cancel and clear background jobs"
    IMPORT = "Import usage and conversations"
    ARCHIVE_CONTENT = "Archive and restore channels, agents, sessions and conversations; step todos"
    CHANGE_CONTENT = (
        "Add and change channels, agents, sessions, conversations, todos, deployments and the like"
    )
    DELETE_CONTENT = "Delete and restore conversations and other content"
    DECIDE_OBSERVERS = "Take a merge of two reports of a call back"
    MANAGE_KEYS = "Make and revoke ingest keys"
    MANAGE_BUDGETS = "Set quotas and budgets"
    MANAGE_MEMBERS = "Invite, add, change and remove members"
    MANAGE_PROJECT = "Change a project's settings and retention"
    DELETE_PROJECT = "Delete and restore projects"
    MANAGE_STAFF = "Make accounts, change roles, end anybody's sessions"
    MANAGE_PEOPLE = "Change people of source systems, and erase their content"
    MANAGE_PRICES = "Override prices"
    MANAGE_CONNECTIONS = "Change provider configs, models, accounts, repositories and integrations"
    MANAGE_INSTALLATION = "Make projects, import whole systems, change zones and subscriptions"
    VIEW_INSTALLATION = "See what belongs to no project: bills, rollups, unscoped imports"
    READ_AUDIT = "Read and export the audit log"


@dataclass(frozen=True, slots=True)
class Grant:
    """The roles that may: on the project in question, or on the installation."""

    project: frozenset[str]
    installation: frozenset[str]


def _from(lowest: str | None, *installation: str) -> Grant:
    """From the project role `lowest` upwards (None: with no project role)."""
    project = PROJECT_ROLES[PROJECT_ROLES.index(lowest) :] if lowest else ()
    return Grant(frozenset(project), frozenset({"owner", *installation}))


TABLE: dict[Action, Grant] = {
    Action.OPEN: _from("viewer", "member", "finance", "auditor"),
    Action.VIEW_SPEND: _from("viewer", "finance", "auditor"),
    Action.EXPORT: _from("analyst", "finance", "auditor"),
    Action.READ_TRANSCRIPTS: _from("analyst", "auditor"),
    Action.ANNOTATE: _from("analyst"),
    Action.DECIDE_TOOL_CALLS: _from("operator"),
    Action.RUN_JOBS: _from("operator"),
    Action.IMPORT: _from("operator"),
    Action.ARCHIVE_CONTENT: _from("operator"),
    Action.CHANGE_CONTENT: _from("manager"),
    Action.DELETE_CONTENT: _from("manager"),
    Action.DECIDE_OBSERVERS: _from("manager"),
    Action.MANAGE_KEYS: _from("manager"),
    Action.MANAGE_BUDGETS: _from("manager"),
    Action.MANAGE_MEMBERS: _from("manager"),
    Action.MANAGE_PROJECT: _from("manager"),
    Action.DELETE_PROJECT: _from(None),
    Action.MANAGE_STAFF: _from(None),
    Action.MANAGE_PEOPLE: _from(None),
    Action.MANAGE_PRICES: _from(None),
    Action.MANAGE_CONNECTIONS: _from(None),
    Action.MANAGE_INSTALLATION: _from(None),
    Action.VIEW_INSTALLATION: _from(None, "finance", "auditor"),
    Action.READ_AUDIT: _from(None, "auditor"),
}


def may(user: Any, action: Action, project_id: UUID | None = None) -> bool:
    """Whether `user` (an accounts.User or an AnonymousUser) may do it in that project; without one: anywhere.

    Memberships are read once a user object.
    """
    allowed = allowed_project_ids(user, action)
    if allowed is None:
        return True
    return bool(allowed) if project_id is None else project_id in allowed


def may_everywhere(user: Any, action: Action) -> bool:
    """Whether a role on the installation lets `user` do it, in all projects and outside of any."""
    return allowed_project_ids(user, action) is None


def require(user: Any, action: Action, project_id: UUID | None = None) -> None:
    """Raises PermissionDenied, which says what was not allowed, unless `user` may."""
    if not may(user, action, project_id):
        raise PermissionDenied(f"Not allowed with your role: {action.value[0].lower()}{action.value[1:]}.")


def allowed_project_ids(user: Any, action: Action) -> frozenset[UUID] | None:
    """The ids of the projects in which `user` may; None: in all."""
    grant = TABLE.get(action)
    if grant is None or not user.is_authenticated or not user.is_active or not user.is_staff:
        return frozenset()
    if user.role in grant.installation:
        return None
    prefetch_related_objects([user], "memberships")
    return frozenset(
        membership.project_id for membership in user.memberships.all() if membership.role in grant.project
    )


def may_in_all(user: Any, action: Action, project_ids: Collection[UUID] | None) -> bool:
    """Whether `user` may in each of the projects; None: in all that they belong to."""
    allowed = allowed_project_ids(user, action)
    if not allowed:
        return allowed is None
    wanted = {each.project_id for each in user.memberships.all()} if project_ids is None else project_ids
    return allowed.issuperset(wanted)


def require_in_all(user: Any, action: Action, project_ids: Collection[UUID] | None) -> None:
    """Raises PermissionDenied unless `may_in_all`."""
    require(user, action)
    if not may_in_all(user, action, project_ids):
        raise PermissionDenied("Your role allows this in some of your projects only: choose one of those.")


def project_roles(action: Action) -> Iterable[str]:
    """The project roles that may, for a filter on memberships."""
    return sorted(TABLE[action].project)
