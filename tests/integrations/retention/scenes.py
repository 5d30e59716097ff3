"""A project with one row of everything that holds words, and spend."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from django.db.models.functions import Cast

from accounts.models import Person
from billing.ledger.record import record_usage
from billing.reports.build import build_report
from billing.reports.query import Dimension, UsageQuery
from chat.models import (
    AgentMemory,
    AgentRun,
    ContextOptimization,
    Conversation,
    FileUpload,
    Message,
    Reaction,
    Todo,
    ToolExecution,
)
from chat.services.uploads import store_upload
from core.tables import present_tables
from integrations.models import RejectedRecord
from projects.models import Agent, BackgroundJob, Project
from tests.factories import (
    NOON,
    make_conversation,
    make_event,
    make_import_run,
    make_message,
    make_person,
    make_project,
)

SECRET = "zanzibar"
"""Stands in every text: what must be gone is looked for by it."""
OLD = NOON - timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Scene:
    project: Project
    person: Person
    conversation: Conversation
    message: Message
    tool: ToolExecution
    run: AgentRun
    job: BackgroundJob
    optimization: ContextOptimization
    upload: FileUpload
    rejected: RejectedRecord


def make_scene(*, at: datetime = OLD, project: Project | None = None, **project_fields: Any) -> Scene:
    """All of it as of `at`; the last call costs money and points to the message."""
    project = project or make_project(**project_fields)
    person = make_person(name=f"{SECRET} person", email=f"{SECRET}@example.com")
    conversation = make_conversation(
        project,
        title=f"{SECRET} title",
        description=SECRET,
        system_prompt=SECRET,
        tags=[SECRET],
        metadata={"note": SECRET},
        person=person,
        started_at=at,
        last_activity_at=at,
    )
    own = {"project": project, "conversation": conversation}
    message = make_message(
        conversation,
        author=person,
        author_label=f"{SECRET} person",
        content=SECRET,
        parts=[{"type": "tool_call", "name": "find", "arguments": {"q": SECRET}}],
        attachments=[{"name": SECRET}],
        metadata={"turn": "0f" * 16, "note": SECRET},
        sent_at=at,
    )
    tool = ToolExecution.objects.create(
        **own,
        message=message,
        person=person,
        tool_name="find",
        parameters={"q": SECRET},
        result={"found": SECRET},
        error=SECRET,
        metadata={"note": SECRET},
        requested_at=at,
    )
    run = AgentRun.objects.create(
        **own,
        agent_label="scout",
        task=SECRET,
        input_context={"note": SECRET},
        thinking=SECRET,
        result=SECRET,
        error=SECRET,
        metadata={"note": SECRET},
        created_at=at,
    )
    job = BackgroundJob.objects.create(
        project=project,
        person=person,
        task_type="index",
        prompt=SECRET,
        response=SECRET,
        payload={"q": SECRET},
        result={"found": SECRET},
        metadata={"note": SECRET},
        created_at=at,
    )
    optimization = ContextOptimization.objects.create(
        **own,
        trigger="auto",
        strategy="other",
        tokens_before=10,
        tokens_after=1,
        summary=SECRET,
        affected_messages=[SECRET],
        metadata={"note": SECRET},
        occurred_at=at,
    )
    upload = store_upload(
        project,
        f"{SECRET}.txt",
        "ab" * 32,
        5,
        storage_path=f"/files/{SECRET}",
        conversation=conversation,
        person=person,
        created_at=at,
    )
    rejected = RejectedRecord.objects.create(
        project=project, run=make_import_run(), record="line 1", reason="bad", raw=SECRET, created_at=at
    )
    agent = Agent.objects.create(project=project, name="scout")
    AgentMemory.objects.create(**own, agent=agent, person=person, content=SECRET)
    Todo.objects.create(**own, person=person, title=SECRET)
    Reaction.objects.create(
        **own, message=message, person=person, kind=Reaction.Kind.values[0], comment=SECRET
    )
    record_usage(
        [
            make_event(
                project,
                occurred_at=at,
                person_id=person.pk,
                person_label=f"{SECRET} person",
                conversation_id=conversation.pk,
                message_id=message.pk,
                agent_run_id=run.pk,
                agent_id=agent.pk,
                agent_label="scout",
            )
        ]
    )
    return Scene(project, person, conversation, message, tool, run, job, optimization, upload, rejected)


def spend(
    *, first: datetime = OLD, last: datetime = NOON
) -> dict[str, list[tuple[tuple[str, ...], Decimal]]]:
    """The cost of every report, by each dimension, by keys: what no purge may change."""
    reports = {}
    for dimension in Dimension:
        query = UsageQuery(first_day=first.date(), last_day=last.date(), zone="UTC", group_by=(dimension,))
        rows = build_report(query).rows
        reports[str(dimension)] = sorted(
            (tuple(member.key for member in row.members), row.sums.cost) for row in rows
        )
    return reports


def places_of(text: str) -> set[str]:
    """table.column of each text in the database that holds `text`; the audit log is left out."""
    found = set()
    for model in apps.get_models():
        if model._meta.db_table not in present_tables() or model._meta.label == "accounts.AuditEntry":
            continue
        for column in model._meta.concrete_fields:
            if isinstance(column, CharField | TextField | JSONField):
                words = Cast(column.name, TextField())
                if (
                    model._base_manager.annotate(words_found=words)
                    .filter(words_found__contains=text)
                    .exists()
                ):
                    found.add(f"{model._meta.label}.{column.name}")
    return found
