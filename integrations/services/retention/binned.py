"""What has lain in the bin long enough goes for good. Spend stays, and a nameplate for it to stand under."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from chat.models import (
    AgentMemory,
    AgentRun,
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
from chat.services.retention import CONVERSATION_WORDS, RUN_WORDS
from chat.services.uploads import delete_uploads
from core.database import in_transaction
from integrations.models import (
    AgentProvider,
    Deployment,
    GitHubRepository,
    ImportUpload,
    Integration,
    RejectedRecord,
    TelegramSession,
)
from integrations.services.retention.steps import Step, emptying, idle_uploads, throw_away_some
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
from projects.services.emptying import remove_some

_OF_CONVERSATIONS: tuple[Any, ...] = (
    Tagging,
    Reaction,
    ToolExecution,
    ContextOptimization,
    AgentMemory,
    Todo,
    Participant,
    Message,
)
"""Those that nothing else depends on first: a batch then takes no more rows with it than it counts."""
_OF_PROJECTS: tuple[Any, ...] = (
    Tagging,
    Reaction,
    ToolExecution,
    ContextOptimization,
    MemoryRelation,
    AgentMemory,
    Todo,
    Participant,
    Message,
    AgentRun,
    BackgroundJob,
    SessionFile,
    WorkSession,
    StoredValue,
    Tag,
    Tool,
    Container,
    TelegramSession,
    Deployment,
    GitHubRepository,
    Integration,
    AgentProvider,
    Agent,
    RejectedRecord,
)
_PLATE: dict[str, Any] = {
    "description": "",
    "source_status": "",
    "template": "",
    "container": "",
    "port": None,
    "git_url": "",
    "branch": "",
    "local_path": "",
    "avatar_url": "",
    "owner": None,
    "metadata": {},
}


def due_conversations(project: Project, before: datetime) -> "QuerySet[Conversation]":
    return Conversation.objects.filter(
        project=project, deleted_at__isnull=False, removed_at__isnull=True, deleted_at__lt=before
    )


def conversation_steps(conversation: Conversation, now: datetime) -> Iterator[Step]:
    """All that is in it goes, its runs lose their words; at last it becomes a nameplate."""
    within = {"project_id": conversation.project_id, "conversation_id": conversation.pk}
    runs = RUN_WORDS.rows(conversation.project_id, conversation_id=conversation.pk)
    yield from (_removing(model, model._base_manager.filter(**within)) for model in _OF_CONVERSATIONS)
    yield _removing_files(FileUpload._base_manager.filter(**within))
    yield emptying(RUN_WORDS, runs, now)
    plates = Conversation.objects.filter(pk=conversation.pk, project_id=conversation.project_id)
    yield _nameplates(plates.filter(deleted_at__isnull=False, removed_at__isnull=True), now)


def project_steps(project: Project, now: datetime) -> Iterator[Step]:
    """All content goes. The ledger, its sums, prices, members, keys and conversations' nameplates stay."""
    for model in _OF_PROJECTS:
        yield _removing(model, model._base_manager.filter(project_id=project.pk))
    yield _removing_files(FileUpload._base_manager.filter(project_id=project.pk))
    yield _removing(FileContent, FileContent._base_manager.filter(project_id=project.pk))
    uploads = idle_uploads(project)
    label = ImportUpload._meta.label_lower
    yield Step(label, uploads, lambda size: throw_away_some(uploads, size))
    plates = Conversation.objects.filter(project_id=project.pk, removed_at__isnull=True)
    yield _nameplates(plates, now)
    channels = Channel._base_manager.filter(project_id=project.pk, is_default=False)
    yield _removing(Channel, channels)
    own = Project.objects.filter(pk=project.pk, deleted_at__isnull=False, purged_at__isnull=True)
    yield Step(Project._meta.label_lower, own, lambda size: own.update(**_PLATE, purged_at=now), is_last=True)


def _nameplates(conversations: "QuerySet[Conversation]", now: datetime) -> Step:
    def remove(size: int) -> int:
        ids = list(conversations.order_by("pk").values_list("pk", flat=True)[:size])
        emptied = {**CONVERSATION_WORDS.emptied, "deleted_at": Coalesce("deleted_at", Value(now))}
        return conversations.filter(pk__in=ids).update(**emptied, purged_at=now, removed_at=now) if ids else 0

    return Step(Conversation._meta.label_lower, conversations, remove, is_last=True)


def _removing(model: Any, rows: "QuerySet[Any]") -> Step:
    return Step(model._meta.label_lower, rows, lambda size: remove_some(rows, size))


def _removing_files(uploads: "QuerySet[FileUpload]") -> Step:
    def remove(size: int) -> int:
        ids = list(uploads.order_by("pk").values_list("pk", flat=True)[:size])
        return in_transaction(lambda: delete_uploads(uploads.filter(pk__in=ids)))

    return Step(FileUpload._meta.label_lower, uploads, remove)
