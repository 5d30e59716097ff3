"""What is erased of a person, table by table, some rows at a time. Within a table no row is named twice."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Person
from accounts.models.person import ERASED_NAME
from billing.models import TokenUsage
from chat.approvals.steps import POLICY_PREFIX
from chat.models import (
    AgentMemory,
    AutoApprovalPolicy,
    Conversation,
    FileUpload,
    Message,
    Reaction,
    Todo,
    ToolExecution,
)
from chat.services.retention import (
    CONVERSATION_WORDS,
    FILE_WORDS,
    MESSAGE_WORDS,
    OPTIMIZATION_WORDS,
    RUN_WORDS,
    TOOL_WORDS,
    empty_files,
)
from core.database import in_transaction
from integrations.models import (
    Deployment,
    GitHubRepository,
    Integration,
    LinkedAccount,
    ProviderConfig,
    TelegramSession,
)
from integrations.services.gone import AGENT_WORDS
from integrations.services.retention.steps import Step
from projects.models import Agent, BackgroundJob, StoredValue
from projects.services.emptying import WordTable, empty_some, remove_some
from projects.services.retention import JOB_WORDS

_NAMELESS = ("", ERASED_NAME)
_OWN_ID_LENGTH = 8
"""Shorter ids at a source ("1", "42") may be scopes of something else."""
_IN_PROJECTS: tuple[tuple[Any, str], ...] = (
    (Conversation, "person"),
    (Message, "author"),
    (ToolExecution, "person"),
    (BackgroundJob, "person"),
    (FileUpload, "person"),
    (Todo, "person"),
    (AgentMemory, "person"),
    (Reaction, "person"),
    (TelegramSession, "person"),
    (Integration, "person"),
    (Deployment, "person"),
    (GitHubRepository, "person"),
    (Agent, "person"),
    (Agent, "owner"),
)
_ERASED_POLICY = f"{POLICY_PREFIX}{ERASED_NAME}"


def project_ids(person: Person) -> list[UUID]:
    """The projects in which there is something of the person's."""
    found: set[UUID] = set()
    for model, link in _IN_PROJECTS:
        rows = model._base_manager.filter(**{link: person}).order_by()
        found.update(rows.values_list("project_id", flat=True).distinct())
    return sorted(found)


def steps_in(project_id: UUID, person: Person, now: datetime) -> Iterator[Step]:
    """What they wrote, and all that was said in conversations of theirs."""
    mine = Conversation.objects.filter(project_id=project_id, person=person).values("pk")
    in_mine = Q(conversation_id__in=mine)
    others = ~Q(author_id=person.pk) | Q(author_id__isnull=True)
    written = MESSAGE_WORDS.rows(project_id, author=person)
    yield _emptying(MESSAGE_WORDS, written, now, author_label=ERASED_NAME)
    yield _emptying(MESSAGE_WORDS, MESSAGE_WORDS.rows(project_id).filter(in_mine, others), now)
    yield from (_naming(rows) for rows in _named_messages(project_id, person, in_mine))
    messages = Message.objects.filter(project_id=project_id, author=person).values("pk")
    is_theirs, is_said = Q(person=person), Q(message_id__in=messages)
    not_theirs = ~Q(person_id=person.pk) | Q(person_id__isnull=True)
    for condition in (is_theirs, in_mine & not_theirs, is_said & not_theirs):
        # A call that is both in a conversation of theirs and said by them is emptied by the first of the two.
        yield _emptying(TOOL_WORDS, TOOL_WORDS.rows(project_id).filter(condition), now)
    yield from _decisions(project_id, person, is_theirs | in_mine | is_said)
    yield _emptying(RUN_WORDS, RUN_WORDS.rows(project_id).filter(in_mine), now)
    yield _emptying(OPTIMIZATION_WORDS, OPTIMIZATION_WORDS.rows(project_id).filter(in_mine), now)
    yield _emptying(JOB_WORDS, JOB_WORDS.rows(project_id, person=person), now)
    for condition in (is_theirs, in_mine & not_theirs):
        uploads = FILE_WORDS.rows(project_id).filter(condition)
        yield Step(FILE_WORDS.name, uploads, _files(uploads, now))
    for condition in (is_theirs, in_mine & not_theirs):
        yield _removing(AgentMemory.objects.filter(condition, project_id=project_id))
    for condition in (is_theirs, in_mine & not_theirs):
        todos = Todo.objects.filter(condition, project_id=project_id)
        yield Step(Todo._meta.label_lower, todos, _todos(todos))
    made = Todo.objects.filter(project_id=project_id, created_by__in=_names(person)).exclude(
        is_theirs | in_mine
    )
    yield _setting("chat.todo.created_by", made, created_by=ERASED_NAME)
    yield _removing(Reaction.objects.filter(project_id=project_id, person=person))
    for model in (TelegramSession, Deployment, GitHubRepository):
        yield _removing(model.objects.filter(project_id=project_id, person=person))
    agents = Agent.objects.filter(Q(person=person) | Q(owner=person), project_id=project_id)
    yield _setting(Agent._meta.label_lower, agents.exclude(**AGENT_WORDS), **AGENT_WORDS)
    yield _emptying(CONVERSATION_WORDS, CONVERSATION_WORDS.rows(project_id, person=person), now)


def steps_of(person: Person) -> Iterator[Step]:
    """What is kept about them outside of projects, and the name that the ledger copied."""
    yield _removing(AutoApprovalPolicy.objects.filter(person=person))
    yield _removing(LinkedAccount.objects.filter(person=person))
    configs = ProviderConfig.objects.filter(person=person)
    yield _removing(configs.filter(agents__isnull=True))
    yield _locking(configs.filter(agents__isnull=False).exclude(api_key_last4="", metadata={}, settings={}))
    if scopes := _scopes(person):
        yield _removing(StoredValue.objects.filter(scope__in=scopes))
    called = TokenUsage.objects.filter(person_id=person.pk).exclude(person_label__in=_NAMELESS)
    yield Step("billing.tokenusage.person_label", called, _ledger(called, person.pk))


def _decisions(project_id: UUID, person: Person, concerned: Q) -> Iterator[Step]:
    """Reasons that somebody typed about calls of theirs, and what says that a policy of theirs approved.

    The rule by which a policy approved stays: it names tools and limits, and no person.
    """
    calls = ToolExecution.objects.filter(project_id=project_id)
    typed = calls.filter(concerned).exclude(decision_rule="").exclude(decided_by__startswith=POLICY_PREFIX)
    yield _setting("chat.toolexecution.decision_rule", typed, decision_rule="")
    by_policy = calls.filter(person=person, decided_by__startswith=POLICY_PREFIX)
    yield _setting(
        "chat.toolexecution.decided_by",
        by_policy.exclude(decided_by=_ERASED_POLICY),
        decided_by=_ERASED_POLICY,
    )
    before = calls.filter(person=person, metadata__approved_by__startswith=POLICY_PREFIX)
    named = before.exclude(metadata__approved_by=_ERASED_POLICY)

    def work(size: int) -> int:
        rows = list(named.order_by("pk").select_for_update(of=("self",))[:size])
        for row in rows:
            calls.filter(pk=row.pk).update(metadata={**row.metadata, "approved_by": _ERASED_POLICY})
        return len(rows)

    yield Step("chat.toolexecution.approved_by", named, lambda size: in_transaction(lambda: work(size)))


def _named_messages(project_id: UUID, person: Person, in_mine: Q) -> Iterator["QuerySet[Message]"]:
    """Messages without words that still say who wrote them."""
    rows = Message.objects.filter(project_id=project_id, purged_at__isnull=False)
    named = rows.exclude(author_label__in=_NAMELESS)
    yield named.filter(author=person)
    yield named.filter(in_mine, author__isnull=True, role=Message.Role.USER)


def _emptying(table: WordTable, rows: "QuerySet[Any]", now: datetime, **also: Any) -> Step:
    return Step(table.name, rows, lambda size: empty_some(table, rows, size, now=now, **also))


def _removing(rows: "QuerySet[Any]") -> Step:
    return Step(rows.model._meta.label_lower, rows, lambda size: remove_some(rows, size))


def _files(uploads: "QuerySet[FileUpload]", now: datetime) -> Any:
    return lambda size: empty_files(uploads, size, now=now)


def _naming(messages: "QuerySet[Message]") -> Step:
    return _setting("chat.message.author_label", messages, author_label=ERASED_NAME)


def _setting(name: str, rows: "QuerySet[Any]", /, **values: Any) -> Step:
    """`values` for each of `rows`, which are those that lack them."""

    def work(size: int) -> int:
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:size])
        return rows.order_by().filter(pk__in=ids).update(**values) if ids else 0

    return Step(name, rows, work)


def _todos(todos: "QuerySet[Todo]") -> Any:
    """What others put below them stays."""

    def remove(size: int) -> int:
        ids = list(todos.order_by("pk").values_list("pk", flat=True)[:size])
        if ids:
            Todo.objects.filter(parent_id__in=ids).update(parent=None)
            todos.filter(pk__in=ids).delete()
        return len(ids)

    return lambda size: in_transaction(lambda: remove(size))


def _locking(configs: "QuerySet[ProviderConfig]") -> Step:
    """Configs that agents still need to be told of lose the person's key."""

    def work(size: int) -> int:
        return configs.model._base_manager.filter(pk__in=list(configs.values_list("pk", flat=True))).update(
            api_key="", api_key_last4="", base_url="", metadata={}, settings={}, is_active=False
        )

    return Step(ProviderConfig._meta.label_lower, configs, work)


def _names(person: Person) -> list[str]:
    """By what names sources copy who made something."""
    return sorted({person.name, *_scopes(person)} - {*_NAMELESS})


def _scopes(person: Person) -> list[str]:
    """By what names sources keep values for them."""
    ids = person.external_ids.values() if isinstance(person.external_ids, dict) else ()
    names = {str(each) for each in ids if len(str(each)) >= _OWN_ID_LENGTH} | {person.email, person.handle}
    return sorted(names - {""})


def _ledger(called: "QuerySet[TokenUsage]", person_id: UUID) -> Any:
    def work(size: int) -> int:
        ids = list(called.order_by("pk").values_list("pk", flat=True)[:size])
        return TokenUsage.objects.erase_names(person_id, ids) if ids else 0

    return work
