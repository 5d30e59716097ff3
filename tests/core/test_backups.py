"""Backups: made while the database is in use, checked, restored, and never in the way of each other."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.billing.scratch import Scratch, scratch_database
from tests.core.postgres_programs import with_programs
from tests.integrations.systems.builder import app_builder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    with scratch_database(tmp_path) as database:
        with_programs(database)
        path = app_builder(tmp_path / "projects.db", messages=10, calls=5)
        assert database.manage("import_system", "s1", str(path)).returncode == 0
        yield database


def test_a_backup_is_private_and_brings_everything_back(scratch: Scratch, tmp_path: Path) -> None:
    done = scratch.manage("backup_db", "--format", "json")
    assert done.returncode == 0, done.stderr
    backup = Path(json.loads(done.stdout)["path"])
    assert backup.parent == tmp_path / "backups"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    scratch.execute("DELETE FROM chat_message")
    restored = scratch.manage("restore_db", str(backup), "--yes", "--format", "json")
    assert restored.returncode == 0, restored.stderr
    assert scratch.count("chat_message") == 10
    assert scratch.manage("check_db").returncode == 0
    before = Path(json.loads(restored.stdout)["backup_of_before"])
    assert before != backup
    assert before.exists()


def test_two_backups_at_once_are_two_files(scratch: Scratch, tmp_path: Path) -> None:
    running = [scratch.start("backup_db") for _ in range(2)]
    assert [process.wait(120) for process in running] == [0, 0]
    assert len([path for path in (tmp_path / "backups").iterdir() if path.stat().st_size]) == 2


def test_a_file_that_is_there_is_not_overwritten(scratch: Scratch, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.write_text("mine")
    done = scratch.manage("backup_db", "--output", str(target))
    assert (done.returncode, target.read_text()) == (1, "mine")
    assert "is there already" in done.stderr


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00 and no more", b"PGDMP and no more", b"words"])
def test_what_is_no_backup_is_refused_and_nothing_is_touched(
    scratch: Scratch, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    done = scratch.manage("restore_db", str(path), "--yes")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert scratch.count("chat_message") == 10
    assert not (tmp_path / "backups").exists()


def test_a_backup_of_a_newer_version_is_refused(scratch: Scratch, tmp_path: Path) -> None:
    scratch.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('chat', '9999_later', '2026-01-01')"
    )
    backup = tmp_path / "newer"
    assert scratch.manage("backup_db", "--output", str(backup)).returncode == 0
    done = scratch.manage("restore_db", str(backup), "--yes")
    assert (done.returncode, "chat.9999_later" in done.stderr) == (1, True)


def test_reset_asks_backs_up_and_begins_anew(scratch: Scratch, tmp_path: Path) -> None:
    assert scratch.manage("reset_db").returncode == 2
    assert scratch.count("chat_message") == 10
    done = scratch.manage("reset_db", "--yes", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert scratch.count("chat_message") == 0
    backup = json.loads(done.stdout)["backup"]
    assert scratch.manage("restore_db", backup, "--yes").returncode == 0
    assert scratch.count("chat_message") == 10


def test_reset_stops_when_there_can_be_no_backup(scratch: Scratch, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("in the way")
    done = scratch.manage("reset_db", "--yes")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert scratch.count("chat_message") == 10


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's programs")
def test_missing_programs_are_named(scratch: Scratch, tmp_path: Path) -> None:
    assert connection.vendor == "postgresql"
    scratch.environment["COUNTINGHOUSE_PG_BIN"] = str(tmp_path)
    done = scratch.manage("backup_db")
    assert done.returncode == 1
    assert "pg_dump is not in" in done.stderr
