"""Project Wiz's sample databases: every figure of expected.json, out of our own tables."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Count, Max
from django.db.models.functions import Length, Lower

from accounts.models import Person
from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from chat.models import AgentMemory, Conversation, Message, ToolExecution
from integrations.models import AgentProvider, ImportedRow, ProviderConfig
from projects.models import Agent, Channel, Project
from tests.integrations.systems.support import (
    assert_none_stored,
    assert_nothing_changes,
    expected,
    imported,
    unpacked,
    usage_by,
)

pytestmark = pytest.mark.django_db

SEED, DOC = "s3-project-wiz/seed", "s3-project-wiz/doc"


@pytest.fixture(params=[SEED, DOC])
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    return unpacked(request.param, tmp_path), expected(request.param)


def in_source(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as source:
        return source.execute(query).fetchall()


def of_rows(table: str, *fields: str) -> Iterator[tuple[Any, ...]]:
    """These fields of what the rows of a source's table became, a tuple a row."""
    rows = ImportedRow.objects.filter(source_table=table).exclude(source_key__contains="#")
    for label, target in rows.values_list("target_model", "target_id"):
        yield apps.get_model(label)._default_manager.values_list(*fields).get(pk=target)


def figures(times: Iterable[datetime | None]) -> dict[str, Any]:
    known = [time for time in times if time is not None]
    return {
        "not_null": len(known),
        "min_utc": f"{min(known):%Y-%m-%dT%H:%M:%SZ}",
        "max_utc": f"{max(known):%Y-%m-%dT%H:%M:%SZ}",
        "sum_epoch_seconds": sum(int(time.timestamp()) for time in known),
    }


def added_clocks(documents: Iterable[dict[str, Any]], table: str, column: str) -> Iterator[datetime]:
    """The clocks of rows that were added to others: they stand in their JSON, under the table's name."""
    for document in documents:
        for name, value in document.items():
            if name.startswith(f"{table} "):
                yield datetime.fromisoformat(value[column])


def test_every_row_is_imported(sample: tuple[Path, dict[str, Any]]) -> None:
    path, truth = sample
    result = imported("s3", path)
    read = {name: table["read"] for name, table in result["tables"].items()}
    assert read | result["unknown_tables"] == truth["row_counts"]
    assert result["unknown_tables"] == {"__drizzle_migrations": 1}
    sessions = truth["row_counts"]["user_sessions"]
    for name, table in result["tables"].items():
        refused = {"sign-in sessions are secrets and are never imported": sessions}
        assert table["reasons"] == (refused if name == "user_sessions" else {}), name
    assert result["ledger_rejected"] == {}


def test_messages_are_the_sources(sample: tuple[Path, dict[str, Any]]) -> None:
    path, truth = sample
    imported("s3", path)
    lengths = list(Message.objects.annotate(length=Length("content")).values_list("length", flat=True))
    assert {
        "rows": len(lengths),
        "characters": sum(lengths),
        "longest": max(lengths),
        "empty": lengths.count(0),
        "over_40000": sum(length > 40_000 for length in lengths),
    } == truth["totals"]["message_text"]
    people = ImportedRow.objects.filter(source_table__in=["users", "agent_people"])
    keys = dict(people.values_list("target_id", "source_key"))
    written = Counter(keys[author] for author in Message.objects.values_list("author_id", flat=True))
    top = {
        row.get("author_id") or row["sender_id"]: row["rows"]
        for row in truth["totals"]["messages_by_author_top"]
    }
    assert {key: written[key] for key in top} == top
    assert [rows for _, rows in written.most_common(5)] == sorted(top.values(), reverse=True)
    positions = Message.objects.values("conversation").annotate(last=Max("position"), rows=Count("pk"))
    assert all(row["last"] == row["rows"] for row in positions)


def test_clocks_are_kept(sample: tuple[Path, dict[str, Any]]) -> None:
    path, truth = sample
    imported("s3", path)
    preferences = list(Person.objects.values_list("preferences", flat=True))
    metadata = list(Message.objects.values_list("metadata", flat=True))
    added = {"accounts": preferences, "user_preferences": preferences, "llm_messages": metadata}
    for name, truly in truth["clocks"].items():
        table, _, column = name.partition(".")
        if table == "user_sessions":
            continue
        if table in added:
            prefix = "llm_message" if table == "llm_messages" else table
            found = figures(added_clocks(added[table], prefix, column))
        else:
            found = figures(time for (time,) in of_rows(table, column))
        assert found == truly, name


def test_usage_in_metadata_is_booked_by_provider_and_model(tmp_path: Path) -> None:
    imported("s3", unpacked(SEED, tmp_path))
    totals = expected(SEED)["totals"]["llm_metadata_usage_by_provider_model"]
    counted = ("rows", "input_tokens", "output_tokens")
    assert {
        key: {name: sums[name] for name in counted} for key, sums in usage_by("provider", "model").items()
    } == {(row["provider"], row["model"]): {name: row[name] for name in counted} for row in totals}
    linked = TokenUsage.objects.filter(message__isnull=False, conversation__isnull=False, agent__isnull=False)
    assert linked.count() == sum(row["rows"] for row in totals)


def test_vocabularies_and_awkward_values_of_the_first_schema(tmp_path: Path) -> None:
    path, truth = unpacked(SEED, tmp_path), expected(SEED)
    result = imported("s3", path)
    columns: dict[str, tuple[Any, str]] = {
        "llm_providers.type": (ProviderConfig.objects, "kind"),
        "agents.status": (Agent.objects, "source_status"),
        "projects.status": (Project.objects.filter(kind="regular"), "source_status"),
        "users.type": (Person.objects, "kind"),
        "llm_messages.role": (Message.objects.exclude(source_role=""), "source_role"),
        "agent_memories.type": (AgentMemory.objects, "source_kind"),
        "agent_memories.importance": (AgentMemory.objects, "importance"),
    }
    for name, (rows, field) in columns.items():
        counts = dict(rows.values_list(field).annotate(Count("pk")).order_by(field))
        assert counts == dict(truth["vocabularies"][name]), name
    kinds = Counter(Conversation.objects.values_list("kind", flat=True))
    assert kinds == {"channel": 30, "direct": 60}
    assert dict(truth["vocabularies"]["conversations.type"]) == {"channel": 30, "dm": 60}
    assert {
        "llm_metadata_invalid_json": result["awkward"]["invalid_json"],
        "messages_without_llm_row": Message.objects.filter(source_role="").count(),
        "conversations_without_name": Conversation.objects.filter(title="").count(),
        "agents_without_owner": Agent.objects.filter(owner=None).count(),
        "providers_inactive": ProviderConfig.objects.filter(is_active=False).count(),
    } == truth["awkward"]
    assert ToolExecution.objects.filter(tool_name="search").count() == 124
    assert AgentProvider.objects.count() == 26
    assert Agent.objects.filter(person=None).count() == 0


def test_the_documented_schema_keeps_what_it_has(tmp_path: Path) -> None:
    path, truth = unpacked(DOC, tmp_path), expected(DOC)
    result = imported("s3", path)
    handles = Person.objects.exclude(handle="").values(name_=Lower("handle")).annotate(rows=Count("pk"))
    twice = handles.filter(rows__gt=1).count()
    assert {"users_duplicate_by_case": twice} == truth["awkward"]
    assert dict(ProviderConfig.objects.values_list("kind").annotate(Count("pk")).order_by("kind")) == dict(
        truth["vocabularies"]["llm_providers.type"]
    )
    assert {
        name: result["awkward"].get(name, 0) for name in ("dangling_links", "no_project", "unknown_words")
    } == {"dangling_links": 0, "no_project": 0, "unknown_words": 0}
    projects = dict(
        ImportedRow.objects.filter(source_table="projects").values_list("target_id", "source_key")
    )
    ours = Counter(projects[project] for project in Message.objects.values_list("project_id", flat=True))
    assert ours == dict(
        in_source(
            path,
            "SELECT project_id, count(*) FROM messages"
            " JOIN conversations ON conversations.id = conversation_id GROUP BY 1",
        )
    )
    assert Channel.objects.filter(project__kind="regular", name="general", is_default=True).count() == 18
    assert Channel.objects.filter(project__kind="regular").count() == truth["row_counts"]["channels"]
    spans = Conversation.objects.filter(messages__isnull=False).annotate(last=Max("messages__sent_at"))
    assert all(talk.last_activity_at == talk.last for talk in spans)


def test_a_second_import_changes_nothing_and_rollups_agree(sample: tuple[Path, dict[str, Any]]) -> None:
    path, _ = sample
    first = imported("s3", path)
    rows = ImportedRow.objects.count()
    second = imported("s3", path)
    assert_nothing_changes(second)
    told_once = {"project_name_taken", "duplicate_emails"}
    for kind in second["awkward"].keys() | (first["awkward"].keys() - told_once):
        assert second["awkward"][kind] == first["awkward"][kind], kind
    assert ImportedRow.objects.count() == rows
    assert check_rollups().drifts == ()


def test_no_secret_is_taken_over(
    sample: tuple[Path, dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    path, truth = sample
    is_first = "accounts" in truth["row_counts"]
    columns = ["accounts.password_hash", "llm_providers.api_key"] if is_first else ["users.password"]
    secrets = []
    for table, _, column in (name.partition(".") for name in [*columns, "user_sessions.token"]):
        found = in_source(path, f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
        secrets += [secret for (secret,) in found]
    assert len(secrets) >= 28
    out = StringIO()
    call_command("import_system", "s3", str(path), "--format", "json", stdout=out)
    assert_none_stored(secrets, out.getvalue(), caplog.text)
