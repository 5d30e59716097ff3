"""Rows out of CSV files."""

from pathlib import Path

import pytest

from integrations.sources.csv_records import Header, Row, rows_of
from integrations.sources.files import InputFile, open_text
from integrations.sources.parsed import Rejection


def rows(path: Path, content: str | bytes) -> list[Header | Row | Rejection]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_text(InputFile(path, 0), lambda size: None) as opened:
        return list(rows_of("usage.csv", opened))


@pytest.mark.parametrize(
    "content",
    [
        'id,model\n1,gpt\n2,"a\nb"\n',
        '\ufeffid;model\r\n\r\n1;gpt\r\n2;"a\nb"',
        'id\tmodel\n1\tgpt\n\t\n2\t"a\nb"\n',
        'id,model\n1,gpt\x00\n\x00\n2,"a\nb"\n',
        'id,model\n1,gpt\n2,"a\nb"\n'.encode("utf-16"),
    ],
    ids=["commas", "mark, semicolons, CRLF", "tabs", "NUL bytes", "UTF-16"],
)
def test_one_content_in_many_dresses(tmp_path, content) -> None:
    header, *found = rows(tmp_path / "usage", content)
    assert isinstance(header, Header)
    assert header.names == ("id", "model")
    assert [row.cells for row in found if isinstance(row, Row)] == [("1", "gpt"), ("2", "a\nb")]


def test_a_row_is_named_by_its_first_line(tmp_path) -> None:
    assert rows(tmp_path / "usage", 'id,model\n\n1,"a\nb"\n2,gpt\n') == [
        Header("usage.csv:1", ("id", "model")),
        Row("usage.csv:3", ("1", "a\nb")),
        Row("usage.csv:5", ("2", "gpt")),
    ]


def test_a_row_with_too_few_or_too_many_cells(tmp_path) -> None:
    assert rows(tmp_path / "usage", "id,model\n1\n2,gpt,x\n3,gpt\n") == [
        Header("usage.csv:1", ("id", "model")),
        Rejection("usage.csv:2", "has 1 cells, the header has 2", "1"),
        Rejection("usage.csv:3", "has 3 cells, the header has 2", "2,gpt,x"),
        Row("usage.csv:4", ("3", "gpt")),
    ]


@pytest.mark.parametrize(
    "after", ['2,"quoted"\n3,gpt\n', "2,quoted\n3,gpt\n"], ids=["quotes later", "no quote later"]
)
def test_a_quote_left_open_costs_its_own_row_only(tmp_path, after) -> None:
    header, broken, *kept = rows(tmp_path / "usage", f'id,model\n1,"open\n{after}')
    assert header == Header("usage.csv:1", ("id", "model"))
    assert isinstance(broken, Rejection)
    assert (broken.where, broken.raw) == ("usage.csv:2", '1,"open')
    assert broken.reason.startswith("broken row: ")
    assert kept == [Row("usage.csv:3", ("2", "quoted")), Row("usage.csv:4", ("3", "gpt"))]


def test_only_a_header_and_nothing_at_all(tmp_path) -> None:
    assert rows(tmp_path / "usage", "id,model\n") == [Header("usage.csv:1", ("id", "model"))]
    assert rows(tmp_path / "usage", "\n\n") == [Rejection("usage.csv", "the file is empty")]
