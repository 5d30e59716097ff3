"""SQLite files as programs leave them: open, crashed, damaged, in folders where we may not write."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from integrations.databases import sqlite
from integrations.databases.opening import SourceDatabaseError, open_source
from tests.integrations.databases.making import make_and_die, read, read_only_folder, sealed

CRASHED_IN_WAL = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA wal_autocheckpoint = 0",
    "CREATE TABLE notes (id INTEGER)",
    "INSERT INTO notes VALUES (1)",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "INSERT INTO notes VALUES (2), (3)",
)
CRASHED_IN_A_TRANSACTION = (
    "CREATE TABLE notes (id INTEGER)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
    "INSERT INTO notes SELECT i FROM n",
    "PRAGMA cache_size = 5",
    "BEGIN",
    "UPDATE notes SET id = -1",
)


def _contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith("-shm")}


def test_commits_in_the_wal_are_read_and_left_there(tmp_path: Path) -> None:
    path = tmp_path / "100% ours? #1.db"
    make_and_die("sqlite3", path, *CRASHED_IN_WAL)
    before = _contents(tmp_path)
    assert read(path, "notes", "id") == [(1,), (2,), (3,)]
    assert _contents(tmp_path) == before
    assert set(before) == {path.name, f"{path.name}-wal"}


@pytest.mark.parametrize("statements", [CRASHED_IN_WAL, CRASHED_IN_A_TRANSACTION])
def test_a_link_leads_to_the_same_rows(tmp_path: Path, statements: tuple[str, ...]) -> None:
    path, link = tmp_path / "a.db", tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    make_and_die("sqlite3", path, *statements)
    link.symlink_to(path)
    rows = read(link, "notes", "id")
    assert rows[0] == (1,)
    assert rows == read(path, "notes", "id")


def test_commits_in_the_wal_of_a_read_only_folder_are_read() -> None:
    with read_only_folder() as folder:
        path = folder / "a.db"
        make_and_die("sqlite3", path, *CRASHED_IN_WAL)
        path.with_name("a.db-shm").unlink()
        before = _contents(folder)
        with sealed(folder):
            rows = read(path, "notes", "id")
        assert rows == [(1,), (2,), (3,)]
        assert _contents(folder) == before


def test_a_read_only_folder_needs_no_wal() -> None:
    """A closed database in WAL mode has none, and its readers would make one."""
    with read_only_folder() as folder:
        path = folder / "a.db"
        with closing(sqlite3.connect(path)) as made:
            made.executescript(
                "PRAGMA journal_mode = WAL; CREATE TABLE notes (id); INSERT INTO notes VALUES (1)"
            )
        assert [file.name for file in folder.iterdir()] == ["a.db"]
        with sealed(folder):
            rows = read(path, "notes", "id")
        assert rows == [(1,)]


def test_an_interrupted_transaction_is_rolled_back_in_the_copy_only(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    path = source / "a.db"
    make_and_die("sqlite3", path, *CRASHED_IN_A_TRANSACTION)
    before = _contents(source)
    assert set(before) == {"a.db", "a.db-journal"}
    assert read(path, "notes", "id") == [(i,) for i in range(1, 5001)]
    assert _contents(source) == before


def test_a_copy_is_removed_whatever_happens(tmp_path: Path) -> None:
    source, scratch = tmp_path / "source", tmp_path / "scratch"
    source.mkdir()
    scratch.mkdir()
    path = source / "a.db"
    make_and_die("sqlite3", path, *CRASHED_IN_A_TRANSACTION)
    opening = open_source(str(path), scratch=scratch)
    opened = opening.__enter__()
    next(opened.rows("notes", ["id"]))
    assert [file.name for file in scratch.glob("*/a.db")] == ["a.db"]
    failure = KeyError("the importer's")
    assert not opening.__exit__(KeyError, failure, None)
    assert list(scratch.iterdir()) == []


def test_a_file_that_is_written_to_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db"
    make_and_die("sqlite3", path, *CRASHED_IN_A_TRANSACTION)
    sizes = iter(range(100))
    monkeypatch.setattr(
        "integrations.databases.copying.shutil.copyfile",
        lambda source, target: source.write_bytes(b"SQLite format 3\0" + bytes(next(sizes))),
    )
    with pytest.raises(SourceDatabaseError) as refusal, open_source(str(path)):
        pass
    assert str(refusal.value) == (
        "a.db is being written to and cannot be read where it lies: "
        "stop the program that writes, or run this as a user who may write to its folder."
    )


def test_a_writer_changes_nothing_of_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE notes (id INTEGER)")
        writer.execute("CREATE TABLE tags (id INTEGER)")
        writer.executemany("INSERT INTO notes VALUES (?)", [(i,) for i in range(3000)])
        with open_source(str(path)) as source:
            rows = source.rows("notes", ["id"])
            first = next(rows)
            writer.execute("DELETE FROM notes WHERE id % 2 = 1")
            writer.execute("INSERT INTO tags VALUES (1)")
            assert [first, *rows] == [{"id": i} for i in range(3000)]
            assert (source.count("notes"), source.count("tags")) == (3000, 0)
        assert read(path, "tags", "id") == [(1,)]


def test_a_locked_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_TIMEOUT_S", 0)
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE notes (id INTEGER)")
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SourceDatabaseError) as refusal, open_source(str(path)):
            pass
    assert str(refusal.value) == "a.db is locked: another program is writing to it. Try again later."


def _filled(path: Path) -> bytearray:
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE notes (id INTEGER, text TEXT)")
        made.executemany("INSERT INTO notes VALUES (?, ?)", [(i, "secret" * 20) for i in range(2000)])
        made.commit()
    return bytearray(path.read_bytes())


def test_a_damaged_page_is_reported_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    pages = _filled(path)
    middle = len(pages) // 2 // 4096 * 4096
    pages[middle : middle + 4096] = bytes(reversed(pages[middle : middle + 4096]))
    path.write_bytes(pages)
    met: list[dict[str, int]] = []
    with open_source(str(path)) as source, pytest.raises(SourceDatabaseError) as refusal:
        met.extend(source.rows("notes", ["id"]))
    assert 0 < len(met) < 2000
    assert str(refusal.value) == (
        "a.db is damaged: SQLite found a malformed page (database disk image is malformed)."
    )


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda pages: pages[: len(pages) // 2], "is damaged: SQLite found a malformed page"),
        (lambda pages: pages[:16] + bytes(4080) + pages[4096:], "is not a SQLite database"),
        (lambda pages: pages[:40], "is damaged: SQLite found a malformed page"),
    ],
)
def test_a_damaged_file_is_reported(
    tmp_path: Path, damage: Callable[[bytearray], bytearray], message: str
) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(damage(_filled(path)))
    with pytest.raises(SourceDatabaseError) as refusal, open_source(str(path)) as source:
        list(source.rows("notes", ["id"]))
    assert str(refusal.value).startswith(f"a.db {message}")
