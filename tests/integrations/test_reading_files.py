"""Finding and opening what people point at."""

import gzip
from io import StringIO
from pathlib import Path

import pytest

from integrations.sources.files import NothingToReadError, find_files
from integrations.sources.json_records import Record, json_lines
from integrations.sources.lines import Lines, LineTooLongError
from integrations.sources.parsed import Rejection


def read_lines(path: Path) -> list[Record | Rejection]:
    (file,) = find_files([path], (".jsonl",))
    return list(json_lines(file, lambda size: None))


def test_files_of_a_folder_come_once_and_in_a_fixed_order(tmp_path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.jsonl", "b/1.JSONL", "a.jsonl.gz", "notes.txt"):
        (tmp_path / name).write_text("{}")
    found = find_files([tmp_path, tmp_path / "b" / "2.jsonl"], (".jsonl",))
    assert [file.path.relative_to(tmp_path).as_posix() for file in found] == [
        "a.jsonl.gz",
        "b/1.JSONL",
        "b/2.jsonl",
    ]


def test_nothing_to_read(tmp_path) -> None:
    with pytest.raises(NothingToReadError, match=r"missing: no such file or folder"):
        find_files([tmp_path / "missing"], (".jsonl",))
    with pytest.raises(NothingToReadError, match=r"the folder holds no \*\.csv or \*\.tsv file"):
        find_files([tmp_path], (".csv", ".tsv"))


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": "\xc3\xbc"}\n{"b": 2}\n',
        b'\xef\xbb\xbf{"a": "\xc3\xbc"}\r\n\r\n  {"b": 2}',
        b'\x00\x00\x00{"a": "\xc3\xbc"}\n\x00{"b":\x00 2}\n',
        '\ufeff{"a": "ü"}\n{"b": 2}\n'.encode("utf-16-le"),
        gzip.compress(b'{"a": "\xc3\xbc"}\n{"b": 2}\n'),
    ],
    ids=["plain", "mark, CRLF, blank lines", "NUL bytes", "UTF-16", "gzip under any name"],
)
def test_one_content_in_many_dresses(tmp_path, content) -> None:
    path = tmp_path / "usage.jsonl"
    path.write_bytes(content)
    assert [record.value for record in read_lines(path)] == [{"a": "ü"}, {"b": 2}]


def test_a_damaged_line_is_named_and_the_rest_kept(tmp_path) -> None:
    path = tmp_path / "usage.jsonl"
    path.write_text('{"a": 1}\n{"a": \n[3]\n{"a": 4}\n')
    assert read_lines(path) == [
        Record(f"{path}:1", {"a": 1}),
        Rejection(f"{path}:2", "is not JSON: Expecting value at character 6", '{"a":'),
        Rejection(f"{path}:3", "is not a JSON object", "[3]"),
        Record(f"{path}:4", {"a": 4}),
    ]


def test_a_line_too_long_for_memory_is_skipped() -> None:
    lines = Lines(StringIO(f"one\n{'x' * 100}\nthree"), limit=20)
    assert next(lines) == "one\n"
    with pytest.raises(LineTooLongError, match="longer than 20 characters"):
        next(lines)
    assert (next(lines), lines.number) == ("three", 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n \r\n", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (b"<!DOCTYPE html><html>", "is HTML or XML"),
        (b"PK\x03\x04rest", "is a ZIP archive: unpack it first"),
        (b"SQLite format 3\x00rest", "is a SQLite database"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x01\x02\x03\xff\xfe", "is binary, not text"),
    ],
)
def test_a_file_that_is_something_else(tmp_path, content, reason) -> None:
    path = tmp_path / "usage.jsonl"
    path.write_bytes(content)
    assert read_lines(path) == [Rejection(str(path), reason)]


def test_text_that_is_no_json_is_given_up_soon(tmp_path) -> None:
    path = tmp_path / "usage.jsonl"
    path.write_text("a line of prose\n" * 1_000)
    found = read_lines(path)
    assert len(found) == 11
    assert found[-1] == Rejection(str(path), "is not JSON Lines: none of its first 10 lines is an object")


def test_a_cut_gzip_keeps_what_came_before(tmp_path) -> None:
    path = tmp_path / "usage.jsonl.gz"
    packed = gzip.compress("".join(f'{{"number": {number}}}\n' for number in range(200_000)).encode())
    path.write_bytes(packed[: len(packed) // 2])
    *records, last = read_lines(path)
    assert [record.value["number"] for record in records if isinstance(record, Record)] == list(
        range(len(records))
    )
    assert len(records) > 1_000
    assert last == Rejection(str(path), "the gzip file is cut off; what came before the cut was read")


def test_lines_are_read_as_they_are_asked_for(tmp_path) -> None:
    path = tmp_path / "usage.jsonl"
    path.write_text('{"number": 1}\n' * 200_000)
    (file,) = find_files([path], ())
    sizes: list[int] = []
    records = json_lines(file, sizes.append)
    next(records)
    assert sum(sizes) < file.size / 10
    for _ in records:
        pass
    assert sum(sizes) == file.size
