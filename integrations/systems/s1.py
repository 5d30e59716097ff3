"""S1, an AI app builder: DuckDB, or the SQLite of its predecessor.

Ids are TEXT, UUID or INTEGER by age. Clocks are naive, in the server's local time. Input and output tokens
are disjoint; there is no cost. A conversation is what was said in a project, or, without one, in a session.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Person
from billing.ledger.events import UsageEvent
from billing.models import TokenUsage
from chat.models import Conversation, Message
from chat.models.conversation import ConversationKind
from chat.models.message import MessageKind
from integrations.databases.source import Order
from integrations.models import Deployment, GitHubRepository, Integration, LinkedAccount
from integrations.models.deployment import DeploymentStatus
from integrations.systems.declarations import (
    AnyDraft,
    Draft,
    Found,
    Links,
    RefusedError,
    System,
    Table,
    UsageDraft,
)
from integrations.systems.fields import flag_total, person_fields, provider_slug, timed, times
from integrations.systems.row import Row
from integrations.systems.vocabularies import ROLES, translated
from projects.models import Container, Project
from projects.models.project import ProjectStatus

_KINDS = {kind: kind for kind in MessageKind.values}
_REQUEST_TYPES = {
    **{kind: kind for kind in TokenUsage.RequestType.values},
    "generation": TokenUsage.RequestType.COMPLETION,
}
_READY_STATES = {
    "queued": DeploymentStatus.QUEUED,
    "initializing": DeploymentStatus.BUILDING,
    "building": DeploymentStatus.BUILDING,
    "ready": DeploymentStatus.READY,
    "error": DeploymentStatus.FAILED,
    "failed": DeploymentStatus.FAILED,
    "canceled": DeploymentStatus.CANCELLED,
    "cancelled": DeploymentStatus.CANCELLED,
    "unknown": DeploymentStatus.UNKNOWN,
}


def _user(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A person, and the accounts that stand in columns of the same row."""
    accounts = list(_linked_accounts(row, links))
    yield Draft(
        Person,
        {
            **person_fields(row, name=row.text("name"), email=row.text("email"), source=links.source_name),
            "avatar_url": row.text("avatar_url"),
            **times(row),
            "preferences": row.rest(),
        },
    )
    yield from accounts


def _linked_accounts(row: Row, links: Links) -> Iterator[Draft]:
    google, github, team = row.text("google_id"), row.text("github_username"), row.text("vercel_team_id")
    for provider, values in {
        "google": {"external_id": google},
        "github": {"username": github},
        "vercel": {"team_id": team},
    }.items():
        token = row.text(f"{provider}_token") if links.with_secrets else ""
        if not token and not any(values.values()):
            continue
        yield Draft(
            LinkedAccount,
            {"person_id": links.id(row), "provider": provider, **values},
            part=provider,
            secrets={"access_token": token} if token else {},
        )


def _project(row: Row, links: Links) -> Iterator[AnyDraft]:
    owner = links.to(row, "user_id")
    status = row.text("status")
    moments = times(row)
    is_archived = status.strip().lower() == ProjectStatus.ARCHIVED
    yield Draft(
        Project,
        {
            "name": row.text("name"),
            "owner_id": None if owner is None else owner.id,
            "template": row.text("template"),
            "container": row.text("docker_container"),
            "port": row.integer("port"),
            "status": ProjectStatus.ARCHIVED if is_archived else ProjectStatus.ACTIVE,
            "archived_at": moments.get("updated_at") if is_archived else None,
            "source_status": status,
            **moments,
            "metadata": row.rest(),
        },
    )


def _container(row: Row, links: Links) -> Iterator[AnyDraft]:
    project_id = _project_id(row, links.to(row, "project_id"), links)
    yield Draft(
        Container,
        {
            "name": row.text("name") or row.text("id"),
            "status": row.text("status"),
            "port_mapping": row.text("port_mapping"),
            **times(row),
            "metadata": row.rest(),
        },
        project_id=project_id,
    )


def _project_id(row: Row, project: Found | None, links: Links) -> UUID:
    if project is not None:
        return project.id
    row.flag("no_project")
    return links.unassigned


def _conversation(row: Row, links: Links, project: Found | None, sent_at: datetime) -> Found:
    """The conversation that a message belongs to; its first message makes it."""
    session = row.text("session_id")
    if project is None and not session:
        raise RefusedError("project_id, session_id: both missing")
    key = f"session:{session}" if project is None else f"project:{project.id}"

    def make() -> Draft:
        return Draft(
            Conversation,
            {
                "kind": ConversationKind.SESSION if project is None else ConversationKind.PROJECT,
                "external_id": session if project is None else row.text("project_id"),
                "source": links.source_name,
                "title": "",
            },
            project_id=links.unassigned if project is None else project.id,
            once={"started_at": sent_at, "last_activity_at": sent_at},
        )

    return links.shared("conversation", key, make)


def _message(row: Row, links: Links) -> Iterator[AnyDraft]:
    project = links.to(row, "project_id")
    known, once = timed(links, row, "sent_at", row.time("created_at"))
    conversation = _conversation(row, links, project, {**known, **once}["sent_at"])
    usage = row.text("token_usage_id")
    yield Draft(
        Message,
        {
            "conversation_id": conversation.id,
            "role": translated(row, "role", ROLES, Message.Role.OTHER),
            "source_role": row.text("role"),
            "kind": translated(row, "message_type", _KINDS, MessageKind.OTHER, empty=MessageKind.CHAT),
            "content": row.text("content"),
            "provider": row.text("provider"),
            "model": row.text("model"),
            **known,
            **times(row),
            "metadata": row.rest(),
        },
        project_id=conversation.project_id,
        once=once,
    )
    if usage:
        yield Draft(
            Message,
            {},
            conversation.project_id,
            into=links.id(row),
            remembered_as=("token_usage.message", usage),
        )


def _usage(row: Row, links: Links) -> Iterator[AnyDraft]:
    project = links.to(row, "project_id")
    message = links.maybe(row, "id")
    sent_at = None if message is None else message.values["sent_at"]
    session = row.text("session_id")
    input_tokens, output_tokens = row.integer("input_tokens"), row.integer("output_tokens")
    flag_total(row, "total_tokens", input_tokens, output_tokens)
    project_id = _project_id(row, project, links)
    key = f"session:{session}" if project is None else f"project:{project.id}"
    conversation = links.met("conversation", key)
    if message is not None and message.project_id != project_id:
        # The message belongs to a project, and its call names none: links stay within a project.
        row.flag("message_of_another_project")
        message = None
    yield UsageDraft(
        UsageEvent(
            occurred_at=links.time_of(row, row.time("created_at"), sent_at),
            provider=provider_slug(row),
            model=row.text("model"),
            source="",
            native_id="",
            dedup_scope="",
            project_id=project_id,
            request_type=translated(row, "request_type", _REQUEST_TYPES, TokenUsage.RequestType.OTHER),
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            conversation_id=None if conversation is None else conversation.id,
            message_id=None if message is None else message.id,
            session_id=session,
            raw_usage=raw_usage(row),
        )
    )


def raw_usage(row: Row) -> dict[str, Any]:
    """The source's own figures, untouched."""
    names = ("provider", "input_tokens", "output_tokens", "total_tokens")
    return {name: row.values[name] for name in names if name in row.values}


def _repository(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    project_id = _project_id(row, links.to(row, "project_id"), links)
    yield Draft(
        GitHubRepository,
        {
            "person_id": None if person is None else person.id,
            "external_id": row.text("id"),
            "name": row.text("repo_name") or row.text("id"),
            "url": row.text("repo_url"),
            "clone_url": row.text("clone_url"),
            **times(row),
            "metadata": row.rest(),
        },
        project_id=project_id,
    )


def _deployment(row: Row, links: Links) -> Iterator[AnyDraft]:
    person = links.to(row, "user_id")
    project_id = _project_id(row, links.to(row, "project_id"), links)
    yield Draft(
        Deployment,
        {
            "person_id": None if person is None else person.id,
            "provider": "vercel",
            "external_id": row.text("deployment_id"),
            "url": row.text("deployment_url"),
            "status": translated(row, "status", _READY_STATES, DeploymentStatus.UNKNOWN),
            "source_status": row.text("status"),
            **times(row),
            "metadata": row.rest(),
        },
        project_id=project_id,
    )


def _integration(row: Row, links: Links) -> Iterator[AnyDraft]:
    project_id = _project_id(row, links.to(row, "project_id"), links)
    yield Draft(
        Integration,
        {
            "kind": row.text(row.first("kind", "type", "provider", "name")) or "unknown",
            "is_active": row.boolean("enabled") is not False,
            "settings": row.mapping("config"),
            **times(row),
            "metadata": row.rest(),
        },
        project_id=project_id,
    )


_IN_TIME = (Order("created_at", is_clock=True), Order("id"))
_USER_AND_PROJECT = {"user_id": "users", "project_id": "projects"}
_TOKENS = frozenset({"github_token", "vercel_token"})

S1 = System(
    kind="s1",
    title="AI app builder",
    tables=(
        Table("users", ("users",), _user, secret=_TOKENS, with_secrets=_TOKENS),
        Table("projects", ("projects",), _project, links={"user_id": "users"}),
        Table("containers", ("containers",), _container, links={"project_id": "projects"}),
        Table(
            "conversation_messages",
            ("conversation_messages",),
            _message,
            order=_IN_TIME,
            links={"project_id": "projects"},
        ),
        Table(
            "token_usage",
            ("token_usage",),
            _usage,
            links={"project_id": "projects", "id": "token_usage.message"},
            link_fields={"token_usage.message": ("sent_at",)},
        ),
        Table("github_repositories", ("github_repositories",), _repository, links=_USER_AND_PROJECT),
        Table("vercel_deployments", ("vercel_deployments",), _deployment, links=_USER_AND_PROJECT),
        Table("integrations", ("integrations",), _integration, links={"project_id": "projects"}),
    ),
    is_clock_local=True,
)
