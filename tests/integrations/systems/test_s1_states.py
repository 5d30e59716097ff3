"""The AI app builder's states: its predecessor's SQLite, integer ids, a log beside the file, lost tables."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from accounts.models import Person
from billing.models import TokenUsage
from chat.models import Conversation, Message
from integrations.models import Deployment, GitHubRepository, Integration, LinkedAccount
from projects.models import Container, Project
from tests.integrations.databases.making import make_and_die
from tests.integrations.systems.builder import MESSAGE, USAGE, app_builder, insert, opened
from tests.integrations.systems.support import assert_none_stored, assert_nothing_changes, imported

pytestmark = pytest.mark.django_db

MADE = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
HEAD = """
CREATE TABLE projects (id TEXT PRIMARY KEY, name TEXT, template TEXT, docker_container TEXT, port INTEGER,
    status TEXT, created_at TIMESTAMP, updated_at TIMESTAMP, user_id TEXT, github_repo_id TEXT);
CREATE TABLE containers (id TEXT, name TEXT, project_id TEXT, status TEXT, port_mapping TEXT,
    created_at TIMESTAMP);
CREATE TABLE users (id TEXT, email TEXT, name TEXT, avatar_url TEXT, google_id TEXT, github_username TEXT,
    github_token TEXT, vercel_token TEXT, vercel_team_id TEXT, created_at TIMESTAMP);
CREATE TABLE vercel_deployments (id TEXT, user_id TEXT, project_id TEXT, deployment_id TEXT,
    deployment_url TEXT, status TEXT, created_at TIMESTAMP, updated_at TIMESTAMP);
CREATE TABLE github_repositories (id TEXT, user_id TEXT, project_id TEXT, repo_name TEXT, repo_url TEXT,
    clone_url TEXT, created_at TIMESTAMP);
INSERT INTO users VALUES ('u', ' Ada@Example.com', 'Ada', 'https://a.example/ada', 'g-1', 'ada',
    'planted-github', 'planted-vercel', 'team_1', '2025-09-01 08:00:00');
INSERT INTO users VALUES ('w', 'ada@example.com', 'Ada B', NULL, NULL, NULL, NULL, NULL, NULL,
    '2025-09-01 08:00:00');
INSERT INTO projects VALUES ('p', 'Shop', 'react', 'shop-1', 9820, 'created', '2025-09-01 08:00:00',
    '2025-09-02 08:00:00', 'u', 'gh_7');
INSERT INTO projects VALUES ('q', 'Blog', 'react', NULL, NULL, 'created', '2025-09-01 08:00:00', NULL,
    'gone', NULL);
INSERT INTO containers VALUES ('c', 'ctr', 'p', 'exited', '8085:5173', '2025-09-01 08:00:00');
INSERT INTO vercel_deployments VALUES ('v', 'u', 'p', 'dpl_1', 'https://shop.example', 'ERROR',
    '2025-09-01 08:00:00', '2025-09-01 09:00:00');
INSERT INTO vercel_deployments VALUES ('x', 'u', 'p', 'dpl_2', 'https://shop.example', 'SLEEPING',
    '2025-09-01 08:00:00', '2025-09-01 09:00:00');
INSERT INTO github_repositories VALUES ('gh_7', 'u', '', 'shop', 'https://github.example/ada/shop',
    'https://github.example/ada/shop.git', '2025-09-01 08:00:00');
"""


@pytest.fixture
def head(tmp_path: Path) -> Path:
    path = tmp_path / "database.db"
    with duckdb.connect(str(path)) as database:
        database.execute(HEAD)
    return path


def test_whole_rows_of_the_present_schema(head: Path) -> None:
    result = imported("s1", head)
    ada = Person.objects.get(name="Ada")
    assert (ada.email, ada.email_normalized, ada.avatar_url, ada.created_at, ada.external_ids) == (
        " Ada@Example.com",
        "ada@example.com",
        "https://a.example/ada",
        MADE,
        {"s1": "u"},
    )
    accounts = LinkedAccount.objects.order_by("provider")
    assert list(accounts.values_list("provider", "external_id", "username", "team_id")) == [
        ("github", "", "ada", ""),
        ("google", "g-1", "", ""),
        ("vercel", "", "", "team_1"),
    ]
    shop = Project.objects.get(name="Shop")
    assert (shop.owner, shop.template, shop.container, shop.port, shop.source_status, shop.status) == (
        ada,
        "react",
        "shop-1",
        9820,
        "created",
        "active",
    )
    assert (shop.created_at, shop.updated_at) == (MADE, datetime(2025, 9, 2, 8, 0, tzinfo=UTC))
    assert shop.metadata == {"github_repo_id": "gh_7"}
    assert Container.objects.values_list("project__name", "name", "status", "port_mapping").get() == (
        "Shop",
        "ctr",
        "exited",
        "8085:5173",
    )
    deployments = Deployment.objects.order_by("external_id").values_list(
        "external_id", "status", "source_status"
    )
    assert list(deployments) == [("dpl_1", "failed", "ERROR"), ("dpl_2", "unknown", "SLEEPING")]
    repository = GitHubRepository.objects.get()
    assert (repository.project.kind, repository.person, repository.external_id) == ("unassigned", ada, "gh_7")
    assert {
        name: result["awkward"][name] for name in ("dangling_links", "duplicate_emails", "unknown_words")
    } == {
        "dangling_links": 1,
        "duplicate_emails": 1,
        "unknown_words": 1,
    }


def test_no_token_is_stored(head: Path) -> None:
    result = imported("s1", head)
    assert_none_stored(["planted-github", "planted-vercel"], str(result))


def test_the_predecessors_sqlite_with_integer_ids(tmp_path: Path) -> None:
    path = app_builder(tmp_path / "projects.db", messages=2, calls=1)
    with opened(path) as database:
        insert(database, "conversation_messages", **{**MESSAGE, "project_id": None, "session_id": "s-9"})
        insert(
            database, "token_usage", **{**USAGE, "provider": "ollama", "model": "llama3", "project_id": None}
        )
    result = imported("s1", path)
    kinds = Conversation.objects.order_by("kind").values_list("kind", "external_id", "project__kind")
    assert list(kinds) == [("project", "1", "regular"), ("session", "s-9", "unassigned")]
    assert list(Message.objects.order_by("position", "pk").values_list("position", flat=True)) == [1, 1, 2]
    assert TokenUsage.objects.get(provider="ollama").conversation is None
    assert result["missing_tables"] == [
        "containers",
        "github_repositories",
        "vercel_deployments",
        "integrations",
    ]
    assert_nothing_changes(imported("s1", path))


def test_the_documents_integrations_and_uuid_ids(tmp_path: Path) -> None:
    path = tmp_path / "database.db"
    with duckdb.connect(str(path)) as database:
        database.execute(
            "CREATE TABLE integrations (id UUID, project_id UUID, kind VARCHAR, config JSON, enabled BOOLEAN,"
            " created_at TIMESTAMP)"
        )
        database.execute(
            """INSERT INTO integrations VALUES
            (uuid(), NULL, 'slack', '{"webhookSecret": "planted-webhook", "channel": "#ops"}', true, now()),
            (uuid(), NULL, NULL, 'null', false, NULL)"""
        )
    result = imported("s1", path)
    found = Integration.objects.order_by("kind").values_list("kind", "settings", "is_active")
    assert list(found) == [
        ("slack", {"webhookSecret": "[removed]", "channel": "#ops"}, True),
        ("unknown", {}, False),
    ]
    assert result["awkward"]["no_project"] == 2
    assert_none_stored(["planted-webhook"], str(result))


def test_rows_that_are_only_in_the_log_beside_the_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "database.db"
    make_and_die(
        "duckdb",
        path,
        "CREATE TABLE projects (id TEXT, name TEXT)",
        "CHECKPOINT",
        "INSERT INTO projects VALUES ('1', 'In the log')",
    )
    assert path.with_name("database.db.wal").exists()
    result = imported("s1", path)
    assert result["tables"]["projects"]["created"] == 1
    assert Project.objects.filter(name="In the log").exists()


@pytest.mark.parametrize("value", ["created", "archived", "paused"])
def test_a_projects_own_word_is_kept_beside_ours(tmp_path: Path, value: str) -> None:
    path = tmp_path / "projects.db"
    with opened(path) as database:
        database.execute("CREATE TABLE projects (id TEXT, name TEXT, status TEXT, updated_at TEXT)")
        insert(database, "projects", id="p", name="Shop", status=value, updated_at="2025-09-01 08:00:00")
    imported("s1", path)
    project: Any = Project.objects.get(name="Shop")
    is_archived = value == "archived"
    assert (project.status, project.source_status) == ("archived" if is_archived else "active", value)
    assert project.archived_at == (MADE if is_archived else None)
