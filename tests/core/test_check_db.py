"""check_db on a database of its own: sound, with something missing, and mended."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from projects.models import Project
from tests.billing.scratch import Scratch, scratch_database
from tests.core.postgres_programs import with_programs
from tests.integrations.systems.builder import app_builder

OTHER_ID = "'00000000000070008000000000000001'"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    with scratch_database(tmp_path) as database:
        with_programs(database)
        path = app_builder(tmp_path / "projects.db", messages=30, calls=20)
        assert database.manage("import_system", "s1", str(path)).returncode == 0
        yield database


def checked(scratch: Scratch, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = scratch.manage("check_db", "--format", "json", *arguments)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def faults(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (finding["check"], finding["subject"], finding["severity"])
        for finding in report["findings"]
        if finding["severity"] != "note"
    ]


def test_a_sound_database_is_healthy_and_its_tables_are_measured(scratch: Scratch) -> None:
    status, report = checked(scratch)
    assert (status, report["status"], faults(report)) == (0, "healthy", [])
    rows = {table["table"]: table["rows"] for table in report["tables"]}
    assert (rows["chat_message"], rows["billing_tokenusage"], rows["projects_channel"]) == (30, 20, 1)


def test_missing_indexes_and_triggers_are_named_and_made(scratch: Scratch) -> None:
    table = ' ON "billing_tokenusage"' if connection.vendor == "postgresql" else ""
    scratch.execute('DROP INDEX "message_recent_idx"', f'DROP TRIGGER "ledger_is_append_only"{table}')
    status, report = checked(scratch)
    assert (status, report["status"]) == (1, "degraded")
    assert faults(report) == [
        ("schema", "message_recent_idx", "error"),
        ("schema", "ledger_is_append_only", "error"),
    ]
    status, report = checked(scratch, "--repair")
    assert (status, report["status"], report["repair"]["left"]) == (0, "healthy", [])
    assert Path(report["repair"]["backup"]).stat().st_size > 0
    assert scratch.count("chat_message") == 30


def test_a_rollup_that_drifted_is_named_and_made_anew(scratch: Scratch) -> None:
    scratch.execute("UPDATE billing_dailyusage SET input_tokens = input_tokens + 1")
    status, report = checked(scratch)
    assert (status, [check for check, *_ in faults(report)]) == (1, ["rollups"])
    assert checked(scratch, "--repair")[0] == 0


def test_children_of_another_project_are_named_and_left(scratch: Scratch) -> None:
    # A project is copied column by column, but for its id and name.
    columns = [field.column for field in Project._meta.concrete_fields if field.column not in {"id", "name"}]
    listed = ", ".join(columns)
    scratch.execute(
        f"INSERT INTO projects_project (id, name, {listed}) SELECT {OTHER_ID}, 'Other', {listed}"
        " FROM projects_project WHERE name = 'Shop'",
        f"UPDATE chat_message SET project_id = {OTHER_ID} WHERE position <= 2",
    )
    status, report = checked(scratch, "--repair")
    assert (status, faults(report)) == (
        1,
        [("project_scope", "chat_message.conversation_id", "error")],
    )
    assert len(report["repair"]["left"]) == 1
    assert scratch.count("chat_message") == 30


def test_a_missing_table_is_critical_and_not_made_up(scratch: Scratch) -> None:
    scratch.execute('DROP TABLE "chat_reaction"')
    status, report = checked(scratch, "--repair")
    assert (status, report["status"]) == (1, "critical")
    assert faults(report) == [("schema", "chat_reaction", "critical")]
    assert "Restore a backup" in report["repair"]["left"][0]


def test_rows_that_point_nowhere_are_named(scratch: Scratch) -> None:
    if connection.vendor == "postgresql":
        scratch.execute("SET session_replication_role = replica; DELETE FROM chat_conversation")
    else:
        scratch.execute("PRAGMA foreign_keys = OFF", "DELETE FROM chat_conversation")
    status, report = checked(scratch)
    assert status == 1
    assert ("foreign_keys", "chat_message.conversation_id", "error") in faults(report)


def test_wrong_usage_is_told_apart(scratch: Scratch) -> None:
    assert scratch.manage("check_db", "--everything").returncode == 2
