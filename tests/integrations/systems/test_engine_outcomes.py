"""What import_system does with good rows, bad rows, changed rows, and a second import."""

from pathlib import Path

import pytest

from billing.models import TokenUsage
from chat.models import Conversation, Message
from integrations.models import ImportedRow, ImportRun, RejectedRecord, Source
from projects.models import Project
from tests.factories import make_project
from tests.integrations.systems.builder import MESSAGE, PROJECT, USAGE, app_builder, insert, opened
from tests.integrations.systems.support import assert_nothing_changes, imported

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return app_builder(tmp_path / "projects.db")


def counts(result: dict[str, dict[str, dict[str, int]]], table: str) -> tuple[int, ...]:
    row = result["tables"][table]
    return tuple(row[name] for name in ("read", "created", "updated", "unchanged", "rejected"))


def test_a_dry_run_says_the_same_and_leaves_nothing(source: Path) -> None:
    dry = imported("s1", source, dry_run=True)
    assert (dry["dry_run"], dry["run"]) == (True, None)
    for model in (Project, Message, Conversation, TokenUsage, ImportedRow, ImportRun, Source, RejectedRecord):
        assert model._default_manager.count() == 0, model
    real = imported("s1", source)
    assert {**real, "dry_run": True, "run": None} == dry


def test_a_second_import_changes_nothing(source: Path) -> None:
    imported("s1", source)
    second = imported("s1", source)
    assert_nothing_changes(second)
    assert counts(second, "conversation_messages") == (3, 0, 0, 3, 0)
    assert list(ImportRun.objects.order_by("created_at").values_list("read", "created", "unchanged")) == [
        (6, 6, 0),
        (6, 0, 6),
    ]


def test_what_changed_at_the_source_is_updated_and_what_is_new_is_added(source: Path) -> None:
    imported("s1", source)
    with opened(source) as database:
        database.execute("UPDATE conversation_messages SET content = 'Edited' WHERE id = 2")
        insert(database, "conversation_messages", **{**MESSAGE, "content": "Later"})
    result = imported("s1", source)
    assert counts(result, "conversation_messages") == (4, 1, 1, 2, 0)
    messages = Message.objects.order_by("position").values_list("position", "content")
    assert list(messages) == [(1, "Message 1"), (2, "Edited"), (3, "Message 3"), (4, "Later")]


def test_a_message_that_comes_late_takes_its_place_in_time(source: Path) -> None:
    imported("s1", source)
    with opened(source) as database:
        early = {"content": "Before all", "created_at": "2025-11-02 08:00:00"}
        insert(database, "conversation_messages", **{**MESSAGE, **early})
    imported("s1", source)
    messages = Message.objects.order_by("position").values_list("position", "content")
    assert list(messages) == [(1, "Before all"), (2, "Message 1"), (3, "Message 2"), (4, "Message 3")]
    assert_nothing_changes(imported("s1", source))


def test_a_fuller_count_of_a_call_replaces_the_booked_one(source: Path) -> None:
    imported("s1", source)
    with opened(source) as database:
        database.execute("UPDATE token_usage SET output_tokens = 500, total_tokens = 1500 WHERE id = 1")
    result = imported("s1", source)
    assert counts(result, "token_usage") == (2, 0, 1, 1, 0)
    booked = TokenUsage.objects.booked().values_list("output_tokens", flat=True)
    assert (sorted(booked), TokenUsage.objects.count()) == ([100, 500], 3)


def test_a_row_that_breaks_a_rule_leaves_the_rest_of_its_batch_alone(source: Path) -> None:
    with opened(source) as database:
        insert(database, "token_usage", **{**USAGE, "input_tokens": -5, "total_tokens": 95})
        insert(database, "token_usage", **{**USAGE, "input_tokens": 2**60, "total_tokens": None})
        insert(database, "conversation_messages", **{**MESSAGE, "project_id": None, "session_id": None})
    result = imported("s1", source)
    assert counts(result, "token_usage") == (4, 2, 0, 0, 2)
    assert counts(result, "conversation_messages") == (4, 3, 0, 0, 1)
    assert result["awkward"]["negative_tokens"] == 1
    kept = RejectedRecord.objects.order_by("record").values_list("record", "reason")
    assert [record for record, _ in kept] == ["conversation_messages 4", "token_usage 3", "token_usage 4"]
    assert '"input_tokens": -5' in RejectedRecord.objects.get(record="token_usage 3").raw


def test_rows_without_a_key_and_keys_that_are_there_twice_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "keyless.db"
    with opened(path) as database:
        database.execute("CREATE TABLE projects (id TEXT, name TEXT)")
        for key, name in (("a", "First"), ("a", "Second"), (None, "Nobody")):
            insert(database, "projects", id=key, name=name)
    result = imported("s1", path)
    assert counts(result, "projects") == (3, 1, 0, 0, 2)
    assert result["tables"]["projects"]["reasons"] == {"id: missing": 1, "its key is there twice": 1}


def test_a_taken_project_name_gets_the_sources_name_appended(source: Path) -> None:
    make_project(name="Shop")
    with opened(source) as database:
        insert(database, "projects", **PROJECT)
    result = imported("s1", source, source_name="studio")
    names = Project.objects.filter(kind="regular").order_by("name").values_list("name", flat=True)
    assert list(names) == ["Shop", "Shop (studio 2)", "Shop (studio)"]
    assert result["awkward"]["project_name_taken"] == 2
    with opened(source) as database:
        database.execute("UPDATE projects SET template = 'vue'")
    imported("s1", source, source_name="studio")
    assert sorted(Project.objects.filter(template="vue").values_list("name", flat=True)) == [
        "Shop (studio 2)",
        "Shop (studio)",
    ]


def test_installations_side_by_side_do_not_mix(source: Path) -> None:
    imported("s1", source, source_name="east")
    west = imported("s1", source, source_name="west")
    assert counts(west, "token_usage") == (2, 2, 0, 0, 0)
    assert TokenUsage.objects.booked().count() == 4
    assert sorted(TokenUsage.objects.values_list("source", flat=True).distinct()) == ["east", "west"]


def test_links_that_point_nowhere_are_null_and_projects_unassigned(source: Path) -> None:
    with opened(source) as database:
        insert(database, "token_usage", **{**USAGE, "project_id": 99})
        insert(database, "token_usage", **{**USAGE, "project_id": None})
    result = imported("s1", source, source_name="studio")
    unassigned = Project.objects.get(kind="unassigned")
    assert unassigned.name == "Unassigned (studio)"
    assert TokenUsage.objects.filter(project=unassigned).count() == 2
    assert (result["awkward"]["dangling_links"], result["awkward"]["no_project"]) == (1, 2)


def test_a_general_channel_comes_with_every_imported_project(source: Path) -> None:
    imported("s1", source)
    assert set(Project.objects.values_list("channels__name", flat=True)) == {"general"}


def test_what_was_deleted_here_stays_deleted(source: Path) -> None:
    imported("s1", source)
    Message.objects.filter(position=2).delete()
    second = imported("s1", source)
    assert_nothing_changes(second)
    assert list(Message.objects.order_by("position").values_list("position", flat=True)) == [1, 3]


def test_unknown_tables_are_named_with_their_rows_and_unknown_columns_kept(source: Path) -> None:
    with opened(source) as database:
        database.execute("CREATE TABLE plugins (id INTEGER)")
        database.execute("INSERT INTO plugins VALUES (1), (2)")
        database.execute("ALTER TABLE projects ADD COLUMN colour TEXT DEFAULT 'blue'")
        database.execute("DROP TABLE users")
    result = imported("s1", source)
    assert result["unknown_tables"] == {"plugins": 2}
    assert result["extra_columns"] == {"projects": ["colour"]}
    assert result["missing_tables"] == [
        "users",
        "containers",
        "github_repositories",
        "vercel_deployments",
        "integrations",
    ]
    assert result["missing_columns"]["conversation_messages"] == ["message_type"]
    assert Project.objects.get(name="Shop").metadata == {"colour": "blue"}
