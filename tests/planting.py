"""One row of every table for one project, with a mark in each of its texts: what access tests look for.

Texts read "MARK-column", cut to the column's length, so that a column added later is marked by itself.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import CharField, JSONField, Model, TextField
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Erasure, Person, User
from accounts.models.audit import AuditAction
from billing.models import (
    DailyModelUsage,
    DailyPersonUsage,
    DailyProjectUsage,
    DailyUsage,
    ModelPrice,
    RollupZone,
    TokenUsage,
)
from chat.models import Conversation, Message
from core.ids import new_id
from integrations.models import ImportedRow, ImportRun, RejectedRecord, Source
from projects.models import Membership, Project
from tests.planting_doors import plant_doors
from tests.planting_systems import plant_systems

_NOT_WORDS = frozenset(
    {"zone", "time_zone", "currency", "password", "email_normalized", "target_model", "context_tiers"}
)
"""Columns whose values are names of the system, not words of people and sources."""

Planted = dict[type[Model], Any]

TERM_LENGTH = 7
"""So many letters of a mark find its rows in a search without being the mark itself."""


def mark_of(planted: Planted) -> str:
    return str(planted[Project].name).partition("-")[0]


def marked(model: type[Model], mark: str) -> dict[str, Any]:
    """A value with the mark for each text of the model."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        word = f"{mark}-{field.name}"
        if field.name in _NOT_WORDS or getattr(field, "choices", None):
            continue
        if isinstance(field, JSONField):
            values[field.name] = [word] if field.default is list else {"text": word}
        elif isinstance(field, CharField | TextField):
            values[field.name] = f"{word}@example.com" if field.name == "email" else word[: field.max_length]
    return values


def plant(mark: str) -> Planted:
    """A project, and one row of every other table that belongs to it, by model."""
    now = timezone.now()
    planted: Planted = {}

    def put(model: Any, make: Callable[..., Any] | None = None, **values: Any) -> Any:
        planted[model] = (make or model.objects.create)(**{**marked(model, mark), **values})
        return planted[model]

    person = put(Person)
    project = put(Project, owner=person)
    user = put(User, User.objects.create_user)
    put(Erasure, person_id=person.pk, requested_by=user, counts={}, finished_at=now)
    put(Membership, user=user, project=project, role=Membership.Role.MANAGER)
    conversation = put(Conversation, project=project, person=person, started_at=now, last_activity_at=now)
    message = put(
        Message,
        project=project,
        conversation=conversation,
        author=person,
        position=1,
        role="user",
        sent_at=now,
    )
    price = put(
        ModelPrice,
        project=project,
        valid_from=now - timedelta(days=900),
        origin="override",
        input_per_mtok="1",
        output_per_mtok="2",
    )
    put(
        TokenUsage,
        project=project,
        occurred_at=now,
        recorded_at=now,
        person=person,
        conversation=conversation,
        message=message,
        price=price,
        input_tokens=1000,
        output_tokens=100,
        cost="0.0012",
        cost_source="computed",
        dedup_key=new_id().bytes,
    )
    TokenUsage.objects.create(
        **{**marked(TokenUsage, mark), "project": project, "occurred_at": now, "recorded_at": now},
        input_tokens=10,
        output_tokens=1,
        dedup_key=new_id().bytes,
    )
    sums = {"zone": "UTC", "day": now.date(), "requests": 2, "cost": "0.0012", "unpriced_requests": 1}
    put(DailyUsage, project=project, **sums)
    put(DailyProjectUsage, project=project, **sums)
    put(DailyPersonUsage, project=project, person_key=person.pk, **sums)
    put(DailyModelUsage, **sums)
    source = put(Source, kind=Source.Kind.CSV, unassigned_project=project)
    run = put(
        ImportRun, source=source, project=project, status="completed", read=1, rejected=1, finished_at=now
    )
    put(RejectedRecord, project=project, run=run)
    put(
        ImportedRow,
        project=project,
        source=source,
        target_model="chat.conversation",
        target_id=conversation.pk,
        content_hash=b"0" * 16,
    )
    plant_doors(put, planted, now)
    plant_systems(put, planted, now)
    planted[RollupZone] = RollupZone.objects.get_or_create(zone="UTC", defaults={"built_at": now})[0]
    record(AuditAction.CHANGED, project, before={"name": "another"}, after={"name": project.name})
    return planted
