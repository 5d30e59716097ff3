"""A damaged SQLite file gets a diagnosis, never a traceback, and nothing makes it worse."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests.billing.scratch import Scratch, scratch_database
from tests.integrations.systems.builder import app_builder

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite's files"),
]
assert connection

PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scratch, Path]]:
    """A database with some rows, and its file with no log beside it."""
    folder = tmp_path_factory.mktemp("sound")
    with scratch_database(folder) as scratch:
        path = app_builder(folder / "projects.db", messages=200, calls=50)
        assert scratch.manage("import_system", "s1", str(path)).returncode == 0
        file = folder / "scratch.sqlite3"
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(file, folder / "good.sqlite3")
        yield scratch, file


@pytest.fixture
def file(sound: tuple[Scratch, Path]) -> Path:
    _, path = sound
    for suffix in ("", "-wal", "-shm"):
        other = path.with_name(f"{path.name}{suffix}")
        if other.is_dir():
            other.rmdir()
        other.unlink(missing_ok=True)
    shutil.copyfile(path.with_name("good.sqlite3"), path)
    return path


def wrong_header(path: Path) -> None:
    with path.open("r+b") as opened:
        opened.write(b"not a database!!")


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 6 // 10 // PAGE * PAGE)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def gone(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def root_page(path: Path, name: str) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(
            database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [name]).fetchone()[0]
        )


def flipped_table(path: Path) -> None:
    page = root_page(path, "chat_message")
    with path.open("r+b") as opened:
        opened.seek((page - 1) * PAGE + 20)
        opened.write(b"\xff" * 200)


def flipped_index(path: Path) -> None:
    """Bytes inside the keys of an index: the tree still stands, its entries match no row."""
    page = root_page(path, "message_recent_idx")
    with path.open("r+b") as opened:
        opened.seek(page * PAGE - 60)
        opened.write(bytes(60))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (wrong_header, "does not begin as a SQLite database does"),
        (cut_off, "The file is cut off"),
        (emptied, "The file is empty"),
        (gone, "The file is not there"),
        (a_folder, "This is a folder"),
        (flipped_table, "The database is damaged"),
    ],
)
def test_damage_is_told_and_repair_refuses(
    sound: tuple[Scratch, Path], file: Path, damage: Callable[[Path], None], words: str
) -> None:
    scratch, _ = sound
    damage(file)
    before = file.read_bytes() if file.is_file() else b""
    for arguments in ((), ("--repair",)):
        done = scratch.manage("check_db", *arguments)
        assert (done.returncode, "Traceback" in done.stderr + done.stdout) == (1, False)
        assert words in done.stdout
    assert (file.read_bytes() if file.is_file() else b"") == before


def test_a_damaged_index_is_made_anew_without_losing_a_row(sound: tuple[Scratch, Path], file: Path) -> None:
    scratch, _ = sound
    flipped_index(file)
    done = scratch.manage("check_db", "--format", "json")
    assert json.loads(done.stdout)["status"] != "healthy"
    mended = scratch.manage("check_db", "--repair", "--format", "json")
    report = json.loads(mended.stdout)
    assert (mended.returncode, report["status"]) == (0, "healthy")
    assert report["repair"]["done"] == ["Made all indexes anew."]
    assert scratch.count("chat_message") == 200


def test_a_backup_brings_a_damaged_file_back(sound: tuple[Scratch, Path], file: Path, tmp_path: Path) -> None:
    scratch, _ = sound
    backup = tmp_path / "backup.sqlite3"
    assert scratch.manage("backup_db", "--output", str(backup)).returncode == 0
    flipped_table(file)
    refused = scratch.manage("backup_db")
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    restored = scratch.manage("restore_db", str(backup), "--yes")
    assert restored.returncode == 0, restored.stderr
    assert scratch.manage("check_db").returncode == 0
    assert scratch.count("chat_message") == 200
