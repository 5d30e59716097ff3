"""One row of each table that the five systems fill, with the mark in its texts (see tests.planting)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Person
from billing.models import Quota, Subscription
from chat.models import (
    AgentMemory,
    AgentRun,
    AutoApprovalPolicy,
    ContextOptimization,
    Conversation,
    FileContent,
    FileUpload,
    MemoryRelation,
    Message,
    Participant,
    Reaction,
    Tag,
    Tagging,
    Todo,
    Tool,
    ToolExecution,
)
from integrations.models import (
    AgentProvider,
    Deployment,
    GitHubRepository,
    Integration,
    LinkedAccount,
    ProviderConfig,
    ProviderModel,
    TelegramSession,
)
from projects.models import (
    Agent,
    BackgroundJob,
    Channel,
    Container,
    Project,
    SessionFile,
    StoredValue,
    WorkSession,
)

Put = Callable[..., Any]
"""Makes a row of a model, with the mark in the texts that are not given."""


def plant_systems(put: Put, planted: dict[Any, Any], now: datetime) -> None:
    """Rows of the project, person, conversation and message that are planted already."""
    _plant_projects(put, planted, now)
    _plant_chat(put, planted, now)
    _plant_integrations(put, planted)
    person, project = planted[Person], planted[Project]
    subscription = put(Subscription, person=person, period_start=now, period_end=now + timedelta(days=30))
    put(Quota, person=person, project=project, subscription=subscription, limit=1_000)


def _plant_projects(put: Put, planted: dict[Any, Any], now: datetime) -> None:
    person, project = planted[Person], planted[Project]
    put(Channel, project=project)
    put(Container, project=project)
    agent = put(Agent, project=project, person=person, owner=person)
    session = put(WorkSession, project=project)
    put(SessionFile, project=project, session=session)
    put(
        BackgroundJob,
        project=project,
        session=session,
        agent=agent,
        person=person,
        status="cancelled",
        finished_at=now,
        input_tokens=10,
    )
    put(StoredValue, project=project)


def _plant_chat(put: Put, planted: dict[Any, Any], now: datetime) -> None:
    person, project, agent = planted[Person], planted[Project], planted[Agent]
    talk: dict[str, Any] = {"project": project, "conversation": planted[Conversation]}
    message = planted[Message]
    put(Participant, **talk, person=person)
    todo = put(Todo, **talk, person=person)
    run = put(AgentRun, **talk, todo=todo, agent=agent, input_tokens=10, net_input_tokens=10)
    put(Tool, project=project, agent=agent)
    put(
        ToolExecution,
        **talk,
        message=message,
        agent_run=run,
        person=person,
        status="approved",
        requested_at=now,
        decided_at=now,
        cost="0.01",
    )
    put(AutoApprovalPolicy, person=person)
    put(
        ContextOptimization,
        **talk,
        trigger="auto",
        strategy="compression",
        tokens_before=10,
        tokens_after=4,
        occurred_at=now,
    )
    memory = put(AgentMemory, **talk, agent=agent, person=person)
    other = AgentMemory.objects.create(project=project, agent=agent, content="Other")
    put(MemoryRelation, project=project, memory=memory, other=other)
    content = put(FileContent, project=project, size_bytes=10)
    put(FileUpload, **talk, person=person, content=content, size_bytes=10)
    tag = put(Tag, project=project)
    put(Tagging, **talk, message=message, tag=tag)
    put(Reaction, **talk, message=message, person=person, kind="up")


def _plant_integrations(put: Put, planted: dict[Any, Any]) -> None:
    person, project, agent = planted[Person], planted[Project], planted[Agent]
    config = put(ProviderConfig, person=person, api_key="", api_key_last4="")
    put(ProviderModel, config=config)
    put(AgentProvider, project=project, agent=agent, config=config)
    put(LinkedAccount, person=person, access_token="")
    put(GitHubRepository, project=project, person=person)
    put(Deployment, project=project, person=person)
    put(Integration, project=project, person=person, secret="")
    put(
        TelegramSession,
        project=project,
        person=person,
        conversation=planted[Conversation],
        telegram_chat_id=-(2**40),
    )
