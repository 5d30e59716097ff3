"""Spans that Phoenix exported."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from billing.models import TokenUsage
from integrations.services.usage_import import import_usage
from integrations.sources.parsed import Ignored, Link, ParsedUsage, Rejection

TRACE, OTHER_TRACE = "0af7651916cd43dd8448eb211c80319c", "4bf92f3577b34da6a3ce929d0e0e4736"
CHAIN, LLM, NATIVE = "a" * 16, "b" * 16, "c" * 16


def row(span_id: str = LLM, parent: str | None = CHAIN, **columns: Any) -> dict[str, Any]:
    return {
        "name": "chat",
        "span_kind": "LLM",
        "parent_id": parent,
        "start_time": "2026-02-06T08:00:00.123456+00:00",
        "end_time": "2026-02-06T08:00:02.123456+00:00",
        "status_code": "OK",
        "context.span_id": span_id,
        "context.trace_id": TRACE,
        "attributes.llm.model_name": "gpt-4o",
        "attributes.llm.provider": "openai",
        "attributes.llm.token_count.prompt": 2_202.0,
        "attributes.llm.token_count.prompt_details.cache_read": 1_920.0,
        "attributes.llm.token_count.completion": 62.0,
        "attributes.llm.token_count.completion_details.reasoning": None,
        "attributes.session.id": "sess-1",
        "attributes.user.id": "u1",
        "attributes.input.value": "hush",
        "attributes.gen_ai": None,
        **columns,
    }


def native(**columns: Any) -> dict[str, Any]:
    """What the provider's SDK told of the same call: Phoenix keeps its words beside their translation."""
    said = {"response": {"id": "resp-1"}, "usage": {"input_tokens": 2_202}, "provider": {"name": "openai"}}
    return row(NATIVE, LLM, **{"attributes.gen_ai": said, **columns})


def chain(**columns: Any) -> dict[str, Any]:
    counts = [column for column in row() if ".llm." in column]
    return row(CHAIN, "d" * 16, span_kind="CHAIN", **dict.fromkeys(counts), **columns)


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "spans.jsonl"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in rows))
    return path


def table(folder: Path, *rows: dict[str, Any]) -> Path:
    """As a data frame writes CSV: objects as Python prints them, nothing for nothing."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "spans.csv"
    path.write_text(text.getvalue())
    return path


def assert_call(item: Any) -> None:
    assert isinstance(item, ParsedUsage)
    event = item.event
    assert (event.native_id, event.dedup_scope, item.project_name) == (f"{TRACE}:{LLM}", "otlp", "")
    assert (event.input_tokens, event.cache_read_tokens, event.output_tokens) == (2_202, 1_920, 62)
    assert (event.provider, event.model, event.reasoning_tokens) == ("openai", "gpt-4o", None)
    assert (event.session_id, event.person_label) == ("sess-1", "u1")
    assert event.occurred_at == datetime(2026, 2, 6, 8, 0, 2, 123_456, tzinfo=UTC)
    assert (event.trace_id, event.span_id, event.parent_span_id) == (TRACE, LLM, CHAIN)
    assert event.status == "ok"


@pytest.mark.parametrize("save", [write, table])
def test_calls_links_and_the_rest(tmp_path, read, save) -> None:
    path = save(tmp_path, row(), chain(), chain(parent_id=None), native())
    item, link, root, twin = read("phoenix", path)
    assert_call(item)
    assert link == Link(TRACE, CHAIN, "d" * 16)
    assert root == Ignored("spans of Phoenix that are no model calls")
    assert (twin.event.response_id, twin.event.input_tokens) == ("resp-1", 2_202)
    assert twin.event.observer != item.event.observer


def test_a_project_column_names_the_project(tmp_path, read) -> None:
    (item,) = read("phoenix", write(tmp_path, row(project_name="search")))
    assert item.project_name == "search"


@pytest.mark.django_db
@pytest.mark.parametrize("place", [{}, {"context.trace_id": OTHER_TRACE, "parent_id": None}])
def test_what_the_sdk_told_as_well_counts_once(tmp_path, place) -> None:
    """In the same trace inside the other's span, or in a trace of its own."""
    import_usage(source_kind="phoenix", paths=[write(tmp_path, row(), chain(), native(**place))])
    assert TokenUsage.objects.count() == 2
    assert [usage.response_id for usage in TokenUsage.objects.booked()] == ["resp-1"]


def test_damage_costs_its_row_alone(tmp_path, read) -> None:
    path = write(
        tmp_path,
        row(**{"context.trace_id": "1"}),
        row(**{"attributes.llm.token_count.prompt": -1}),
        row(),
    )
    first, second, item = read("phoenix", path)
    assert (first.where, first.reason) == (
        f"{path}:1",
        "context.trace_id: “1” is not 32 hexadecimal digits",
    )
    assert (second.where, second.reason) == (f"{path}:2", "llm.token_count.prompt: -1 is negative")
    assert "hush" not in first.raw + second.raw
    assert_call(item)


def test_other_files_are_refused_once(tmp_path, read) -> None:
    (tmp_path / "columns.json").write_text(json.dumps({"context.span_id": {"0": LLM}}))
    (tmp_path / "spans.parquet").write_bytes(b"PAR1" + bytes(50))
    found = read("phoenix", tmp_path)
    assert [(Path(item.where).name, item.reason) for item in found if isinstance(item, Rejection)] == [
        (
            "columns.json",
            "is no export of Phoenix's spans: context.trace_id, start_time missing"
            " (of a data frame, save to_json(orient='records', lines=True) or to_csv())",
        ),
        ("spans.parquet", "is a Parquet file: export JSON Lines or CSV instead"),
    ]
