"""Project Wiz in the later states of its schema: what each table's rows become, whole."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from accounts.models import Person
from billing.models import TokenUsage
from chat.models import AgentMemory, Conversation, Message, Participant
from integrations.models import AgentProvider, GitHubRepository, ProviderConfig, RejectedRecord
from projects.models import Agent, BackgroundJob, Channel, Project
from tests.integrations.systems import wiz
from tests.integrations.systems.support import assert_nothing_changes, imported

pytestmark = pytest.mark.django_db

SECONDS = datetime(2025, 7, 20, 8, 26, 40, tzinfo=UTC)
MILLISECONDS = SECONDS + timedelta(minutes=1)
TEXT = datetime(2025, 7, 20, 8, 30, tzinfo=UTC)


@pytest.fixture
def july(tmp_path: Path) -> Path:
    return wiz.july(tmp_path / "wiz.db")


@pytest.fixture
def head(tmp_path: Path) -> Path:
    return wiz.head(tmp_path / "wiz.db")


def test_july_says_what_was_awkward(july: Path) -> None:
    result = imported("s3", july)
    reasons = {name: table["reasons"] for name, table in result["tables"].items() if table["reasons"]}
    assert reasons == {
        "user_sessions": {"sign-in sessions are secrets and are never imported": 1},
        "messages": {"source_id: there is no such conversation": 1},
    }
    assert {kind: rows for kind, rows in result["awkward"].items() if rows} == {
        "channel_name_taken": 1,
        "credentials_removed": 3,
        "dangling_links": 2,
        "double_encoded_json": 1,
        "no_deactivation_time": 1,
        "no_project": 1,
        "replaced_nul": 1,
        "second_default": 1,
    }
    second = imported("s3", july)
    assert_nothing_changes(second)
    assert second["awkward"] == {kind: rows for kind, rows in result["awkward"].items() if rows}
    assert RejectedRecord.objects.filter(reason="source_id: there is no such conversation").count() == 2


def test_people_of_july(july: Path) -> None:
    imported("s3", july)
    fields = ("name", "kind", "handle", "avatar_url", "disabled_at", "created_at", "updated_at")
    assert list(Person.objects.order_by("name").values_list(*fields)) == [
        ("Ada", "human", "ada", "ada.png", None, SECONDS, MILLISECONDS),
        ("Bot", "agent", "", "", None, SECONDS, MILLISECONDS),
        ("Eve", "human", "", "", MILLISECONDS, SECONDS, MILLISECONDS),
    ]
    clocks = {"created_at": SECONDS.isoformat(), "updated_at": MILLISECONDS.isoformat()}
    assert Person.objects.get(name="Ada").preferences == {
        "accounts a1": {"username": "ada", **clocks},
        "theme": "dark",
        "user_preferences u1": clocks,
    }


def test_configs_and_agents_of_july(july: Path) -> None:
    imported("s3", july)
    ada = Person.objects.get(name="Ada")
    fields = (
        "name",
        "person",
        "kind",
        "provider",
        "base_url",
        "default_model",
        "is_default",
        "has_source_key",
    )
    assert list(ProviderConfig.objects.order_by("created_at").values_list(*fields, "api_key")) == [
        (f"Key {key}", ada.pk, "openai", "openai", "https://llm.example/v1", "gpt-4o", is_default, True, "")
        for key, is_default in (("two", True), ("one", False))
    ]
    agent = Agent.objects.get()
    assert (agent.name, agent.person, agent.owner) == ("Bot", Person.objects.get(kind="agent"), ada)
    assert (agent.status, agent.source_status, agent.role, agent.goal) == (
        "busy",
        "busy",
        "developer",
        "Help",
    )
    assert (agent.provider, agent.model, agent.settings) == ("openai", "gpt-4o", {"temperature": 0.5})
    assert agent.project.kind == Project.Kind.UNASSIGNED
    assert AgentProvider.objects.get(agent=agent, model="gpt-4o").config.name == "Key one"


def test_projects_and_channels_of_july(july: Path) -> None:
    imported("s3", july)
    project = Project.objects.get(kind="regular")
    assert (project.name, project.status, project.archived_at) == ("Shop", "archived", MILLISECONDS)
    assert (project.git_url, project.branch) == ("https://github.com/ada/shop.git", "dev")
    repository = GitHubRepository.objects.get(project=project)
    assert (repository.name, repository.url, repository.created_at) == (
        "ada/shop",
        "https://github.com/ada/shop",
        SECONDS,
    )
    channels = Channel.objects.filter(project=project).order_by("name")
    assert list(channels.values_list("name", "is_default", "created_at")) == [
        ("general", True, SECONDS),
        ("ideas", False, SECONDS),
        ("ideas (c3)", False, SECONDS),
    ]
    rooms = Conversation.objects.filter(project=project).order_by("title", "external_id")
    assert list(rooms.values_list("kind", "title", "channel__name", "external_id")) == [
        ("channel", "general", "general", "c1"),
        ("channel", "ideas", "ideas", "c2"),
        ("channel", "ideas", "ideas (c3)", "c3"),
    ]


def test_messages_of_july_stand_in_the_order_of_their_three_clocks(july: Path) -> None:
    imported("s3", july)
    room = Conversation.objects.get(kind="direct")
    assert (room.title, room.archived_at, room.project.kind) == ("Ada and Bot", MILLISECONDS, "unassigned")
    assert set(Participant.objects.values_list("conversation", "person__name")) == {
        (room.pk, "Ada"),
        (room.pk, "Bot"),
    }
    fields = ("position", "content", "role", "author__name", "author_label", "sent_at", "created_at")
    assert list(room.messages.order_by("position").values_list(*fields)) == [
        (1, "first", "user", "Ada", "Ada", SECONDS, SECONDS),
        (2, "second", "assistant", "Bot", "Bot", MILLISECONDS, MILLISECONDS),
        (3, "third", "user", "Ada", "Ada", TEXT, TEXT),
    ]
    lost = Message.objects.get(conversation__kind="channel")
    assert (lost.content, lost.author, lost.role) == ("lost\N{REPLACEMENT CHARACTER}voice", None, "other")
    assert lost.metadata["author_id"] == "gone"
    answer = Message.objects.get(content="second")
    clocks = {"created_at": SECONDS.isoformat(), "updated_at": MILLISECONDS.isoformat()}
    assert answer.source_role == "assistant"
    assert answer.metadata["llm_message l2"] == {"is_active": 1, **clocks}


def test_rooms_of_august_are_an_owners(head: Path) -> None:
    result = imported("s3", head)
    assert_nothing_changes(imported("s3", head))
    assert result["tables"]["direct_messages"]["created"] == 2
    direct = Conversation.objects.filter(kind="direct").order_by("title")
    assert [
        (room.title, str(room.person), [message.content for message in room.messages.all()])
        for room in direct
    ] == [
        ("ada's", "Ada", ["ada here"]),
        ("bob's", "Bob", ["bob here"]),
    ]
    assert list(direct[0].participants.values_list("person__name", flat=True)) == ["Bot"]
    channel = Conversation.objects.filter(kind="channel").order_by("person__name")
    assert [(str(room.person), room.messages.count()) for room in channel] == [("Ada", 0), ("Bob", 1)]
    assert sorted(Channel.objects.filter(project__kind="regular").values_list("name", flat=True)) == [
        "general",
        "news",
        "news (c)",
    ]
    assert Project.objects.get(kind="regular").archived_at == MILLISECONDS


def test_agents_of_august_are_users(head: Path) -> None:
    imported("s3", head)
    bot, agent = Person.objects.get(name="Bot"), Agent.objects.get()
    assert (agent.name, agent.person, agent.status, agent.source_status) == ("Bot", bot, "active", "")
    assert (agent.provider, agent.model, agent.settings) == (
        "anthropic",
        "claude-3-5-haiku",
        {"maxTokens": 4096},
    )
    assert list(
        Person.objects.order_by("name").values_list("name", "preferences__status", "disabled_at")
    ) == [
        ("Ada", "away", None),
        ("Bob", "offline", MILLISECONDS),
        ("Bot", "offline", None),
    ]
    assert ProviderConfig.objects.get().is_default


def test_memories_of_august_are_their_agents(head: Path) -> None:
    result = imported("s3", head)
    assert result["tables"]["memory"]["reasons"] == {"no agent keeps this memory": 1}
    assert result["tables"]["project_memory"]["reasons"] == {"memory_id: there is no such memory": 1}
    memories = AgentMemory.objects.order_by("content")
    assert [(memory.content, str(memory.person), memory.metadata) for memory in memories] == [
        ("Knows Go", "Bot", {"team_memory shop": "shop"}),
        ("Likes tea", "Ada", {"agent_memory bot": "bot"}),
    ]
    assert {memory.agent for memory in memories} == {Agent.objects.get()}


def test_a_job_and_the_call_it_made(head: Path) -> None:
    imported("s3", head)
    job = BackgroundJob.objects.get()
    assert (job.queue, job.status, job.source_status) == ("llm", "succeeded", "completed")
    assert (job.provider, job.model, job.agent) == ("openai", "gpt-4o-mini", Agent.objects.get())
    assert (job.priority, job.attempts, job.max_attempts) == (5, 1, 3)
    assert (job.queued_at, job.started_at, job.finished_at) == (
        SECONDS,
        MILLISECONDS + timedelta(seconds=1),
        MILLISECONDS + timedelta(seconds=9),
    )
    assert job.payload == {**wiz.JOB_DATA, "providerApiKey": "[removed]"}
    assert job.result == {"text": "Hi", "usage": wiz.USAGE}
    assert job.metadata == {"opts": {"delay": 0}, "delay_ms": 0, "worker_id": "worker-1"}
    call = TokenUsage.objects.get()
    assert (call.provider, call.model, call.agent, call.agent_label) == (
        "openai",
        "gpt-4o-mini",
        job.agent,
        "Bot",
    )
    assert (call.input_tokens, call.cache_read_tokens, call.output_tokens, call.reasoning_tokens) == (
        1_000,
        600,
        300,
        200,
    )
    assert (call.occurred_at, call.job, call.project) == (job.finished_at, job, job.project)


def test_two_installations_stand_side_by_side(july: Path) -> None:
    imported("s3", july)
    result = imported("s3", july, source_name="wiz-2")
    assert result["tables"]["messages"]["created"] == 4
    assert result["awkward"]["project_name_taken"] == 1
    regular = Project.objects.filter(kind="regular").order_by("name")
    assert list(regular.values_list("name", flat=True)) == ["Shop", "Shop (wiz-2)"]
    ids = Counter(source for ids in Person.objects.values_list("external_ids", flat=True) for source in ids)
    assert ids == {"s3": 3, "wiz-2": 3}
    assert_nothing_changes(imported("s3", july))
