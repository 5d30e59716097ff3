"""Records out of JSON files of any shape."""

import json
from pathlib import Path

import pytest

from integrations.sources.files import InputFile, open_text
from integrations.sources.json_records import Record, records_of
from integrations.sources.parsed import Rejection


def records(path: Path, content: str | bytes) -> list[Record | Rejection]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_text(InputFile(path, 0), lambda size: None) as opened:
        return list(records_of("usage.json", opened))


@pytest.mark.parametrize(
    "content",
    [
        '[{"id": 1}, {"id": 2}]',
        '[{"id": 1}]\n[{"id": 2}]\n',
        '\n  [\n    {\n "id": 1},\n {"id": 2}]\n',
        '{"id": 1}\n{"id": 2}\n',
        '{\n  "id": 1\n}\n{\n  "id": 2\n}\n',
        '{"data": [{"id": 1}, {"id": 2}], "total": 2}',
        b'\xef\xbb\xbf[{"id": 1}, {"id": \x00 2}]',
    ],
    ids=["array", "array a line", "indented array", "lines", "indented objects", "wrapped", "mark and NUL"],
)
def test_one_content_in_many_shapes(tmp_path, content) -> None:
    assert [record.value for record in records(tmp_path / "usage", content)] == [{"id": 1}, {"id": 2}]


def test_one_object(tmp_path) -> None:
    assert records(tmp_path / "usage", '{"id": 1, "a": {"b": [2]}}') == [
        Record("usage.json:1", {"id": 1, "a": {"b": [2]}})
    ]


def test_what_comes_before_the_damage_is_kept(tmp_path) -> None:
    *good, bad = records(tmp_path / "usage", '[{"id": 1}, {"id": 2}, {"id": ')
    assert good == [Record("usage.json: record 1", {"id": 1}), Record("usage.json: record 2", {"id": 2})]
    assert isinstance(bad, Rejection)
    assert bad.where == "usage.json: record 3"
    assert bad.reason.startswith("damaged JSON, the 2 before it were read: ")


@pytest.mark.parametrize(
    ("content", "reason"), [("[]", "holds no records"), ('{"data": []}', "holds no records")]
)
def test_nothing_in_it(tmp_path, content, reason) -> None:
    assert records(tmp_path / "usage", content) == [Rejection("usage.json", reason)]


def test_members_that_are_no_objects(tmp_path) -> None:
    assert records(tmp_path / "usage", '[1, {"id": 2}]') == [
        Rejection("usage.json: record 1", "is not a JSON object", "1"),
        Record("usage.json: record 2", {"id": 2}),
    ]


def test_a_damaged_single_line_is_not_taken_for_a_document(tmp_path) -> None:
    assert records(tmp_path / "usage", '{"id": 1,\n{"id": 2}\n') == [
        Rejection(
            "usage.json:1",
            "is not JSON: Expecting property name enclosed in double quotes at character 10",
            '{"id": 1,',
        ),
        Record("usage.json:2", {"id": 2}),
    ]


def test_an_array_is_read_as_it_is_asked_for(tmp_path) -> None:
    path = tmp_path / "usage.json"
    path.write_text(json.dumps([{"number": number} for number in range(200_000)]))
    sizes: list[int] = []
    with open_text(InputFile(path, 0), sizes.append) as opened:
        found = records_of("usage.json", opened)
        assert next(found) == Record("usage.json: record 1", {"number": 0})
        assert sum(sizes) < path.stat().st_size / 10
        assert sum(1 for _ in found) == 199_999


@pytest.mark.parametrize(
    "document",
    ["[" * 100_000, '{"data": [' + '{"a":' * 100_000, '[{"a": 1' + "0" * 5_000 + "}]"],
    ids=["lists", "objects", "digits"],
)
def test_what_would_exhaust_memory_is_refused_in_words(tmp_path: Path, document: str) -> None:
    [rejection] = records(tmp_path / "usage", document)
    assert isinstance(rejection, Rejection)
    assert "damaged JSON, nothing was read" in rejection.reason
