"""DuckDB files as programs leave them: crashed, open, damaged, in folders where we may not write."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from integrations.databases.opening import SourceDatabaseError, open_source
from tests.integrations.databases.making import make_and_die, read, read_only_folder, sealed

CRASHED = (
    "CREATE TABLE notes (id INTEGER PRIMARY KEY)",
    "INSERT INTO notes VALUES (1)",
    "CHECKPOINT",
    "INSERT INTO notes VALUES (2), (3)",
)


def _contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def _refusal(path: Path) -> str:
    with pytest.raises(SourceDatabaseError) as refusal, open_source(str(path)) as source:
        list(source.rows("notes", ["text"]))
    return str(refusal.value)


def test_commits_in_the_log_are_read_and_left_there(tmp_path: Path) -> None:
    path = tmp_path / "100% ours #1.db"
    make_and_die("duckdb", path, *CRASHED)
    before = _contents(tmp_path)
    assert set(before) == {path.name, f"{path.name}.wal"}
    assert read(path, "notes", "id") == [(1,), (2,), (3,)]
    assert _contents(tmp_path) == before


def test_commits_in_the_log_of_a_read_only_folder_are_read() -> None:
    with read_only_folder() as folder:
        path = folder / "a.db"
        make_and_die("duckdb", path, *CRASHED)
        before = _contents(folder)
        with sealed(folder):
            rows = read(path, "notes", "id")
        assert rows == [(1,), (2,), (3,)]
        assert _contents(folder) == before


@pytest.mark.parametrize("crashes_through_the_link", [False, True])
def test_commits_in_the_log_are_read_through_a_link(tmp_path: Path, crashes_through_the_link: bool) -> None:
    path, link = tmp_path / "a.db", tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    duckdb.connect(str(path)).close()
    link.symlink_to(path)
    make_and_die("duckdb", link if crashes_through_the_link else path, *CRASHED)
    assert read(link, "notes", "id") == [(1,), (2,), (3,)]


def test_temporary_files_are_removed(tmp_path: Path) -> None:
    path, scratch = tmp_path / "a.db", tmp_path / "scratch"
    scratch.mkdir()
    make_and_die("duckdb", path, *CRASHED)
    opening = open_source(str(path), scratch=scratch)
    opening.__enter__()
    assert len(list(scratch.iterdir())) == 1
    assert not opening.__exit__(KeyError, KeyError("the importer's"), None)
    assert list(scratch.iterdir()) == []


def test_a_file_that_another_program_has_open_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    script = f"import duckdb\nc = duckdb.connect({str(path)!r})\nprint(flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        refusal = _refusal(path)
        holder.communicate(b"\n")
    assert refusal == "a.db is locked: another program has it open. Stop that one first."


def test_a_damaged_block_is_reported_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(duckdb.connect(str(path))) as made:
        made.execute("CREATE TABLE notes AS SELECT hash(range)::VARCHAR AS text FROM range(400000)")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 100] = bytes(100)
    path.write_bytes(content)
    met: list[dict[str, str]] = []
    with open_source(str(path)) as source, pytest.raises(SourceDatabaseError) as refusal:
        met.extend(source.rows("notes", ["text"]))
    assert len(met) < 400000
    assert str(refusal.value).startswith("a.db is damaged: Corrupt database file")


def test_a_truncated_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(duckdb.connect(str(path))) as made:
        made.execute("CREATE TABLE notes AS SELECT hash(range)::VARCHAR AS text FROM range(400000)")
    path.write_bytes(path.read_bytes()[:5000])
    assert _refusal(path).startswith("a.db cannot be read: IO Error: ")


def test_a_later_version_s_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(bytes(8) + b"DUCK" + (9999).to_bytes(8, "little") + bytes(20000))
    assert _refusal(path).startswith("a.db ")
