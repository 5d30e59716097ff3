"""Plain functions that make rows for tests; each takes overrides and returns a saved object."""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from accounts.models import Person, User
from billing.ledger.events import UsageEvent
from billing.models import ModelPrice
from chat.models import Conversation, Message
from integrations.models import ImportRun, Source
from projects.models import Membership, Project

_number = count(1)
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def make_project(**overrides: Any) -> Project:
    return Project.objects.create(**{"name": f"Project {next(_number)}", **overrides})


def make_user(**overrides: Any) -> User:
    """A staff member who belongs to no project; `role=User.Role.OWNER` makes an owner."""
    fields = {"email": f"user{next(_number)}@example.com", "password": PASSWORD, **overrides}
    return User.objects.create_user(**fields)


def make_owner(**overrides: Any) -> User:
    return make_user(**{"role": User.Role.OWNER, **overrides})


def make_member(project: Project, role: str = Membership.Role.ANALYST, **overrides: Any) -> User:
    user = make_user(**overrides)
    Membership.objects.create(user=user, project=project, role=role)
    return user


def make_person(**overrides: Any) -> Person:
    return Person.objects.create(**{"name": f"Person {next(_number)}", **overrides})


def make_conversation(project: Project, **overrides: Any) -> Conversation:
    fields = {
        "project": project,
        "title": f"Conversation {next(_number)}",
        "started_at": NOON,
        "last_activity_at": NOON,
    }
    return Conversation.objects.create(**{**fields, **overrides})


def make_message(conversation: Conversation, **overrides: Any) -> Message:
    fields = {
        "project": conversation.project,
        "conversation": conversation,
        "role": Message.Role.USER,
        "position": conversation.messages.count() + 1,
        "content": "Hello",
        "sent_at": conversation.started_at,
    }
    return Message.objects.create(**{**fields, **overrides})


def make_source(**overrides: Any) -> Source:
    return Source.objects.create(**{"kind": Source.Kind.CSV, "name": f"source-{next(_number)}", **overrides})


def make_import_run(source: Source | None = None, **overrides: Any) -> ImportRun:
    return ImportRun.objects.create(**{"source": source or make_source(), "label": "usage.csv", **overrides})


def make_price(**overrides: Any) -> ModelPrice:
    """An override of 1 $ in and 2 $ out a million for provider `acme`, model `acme-1`, since 2020."""
    fields = {
        "provider": "acme",
        "model": "acme-1",
        "valid_from": datetime(2020, 1, 1, tzinfo=UTC),
        "origin": "override",
        "input_per_mtok": "1",
        "output_per_mtok": "2",
    }
    return ModelPrice.objects.create(**{**fields, **overrides})


def make_event(project: Project | UUID, **overrides: Any) -> UsageEvent:
    """An event of 1,000 input and 100 output tokens with an id of its own, not yet recorded."""
    fields = {
        "project_id": project.pk if isinstance(project, Project) else project,
        "occurred_at": NOON,
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "source": "tests",
        "native_id": f"call-{next(_number)}",
        "dedup_scope": "tests",
        "input_tokens": 1000,
        "output_tokens": 100,
    }
    return UsageEvent(**{**fields, **overrides})  # type: ignore[arg-type]
