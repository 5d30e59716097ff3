"""Links between spans in files: which calls lie in which wrapper, whatever batch they come in."""

from collections.abc import Generator, Sequence
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from billing.ledger.events import UsageEvent
from billing.models import TokenUsage, TraceShape
from integrations.formats import FORMATS
from integrations.models import Source
from integrations.services import usage_import
from integrations.services.usage_import import import_usage
from integrations.sources.files import InputFile
from integrations.sources.parsed import Link, OnBytes, Parsed, ParsedUsage, SourceFormat
from tests.factories import NOON

pytestmark = pytest.mark.django_db

TRACE = "0af7651916cd43dd8448eb211c80319c"


def span_id(number: int) -> str:
    return f"{number:016x}"


def call(number: int, parent: int, tokens: int, response_id: str = "", project: str = "Shop") -> ParsedUsage:
    event = UsageEvent(
        occurred_at=NOON + timedelta(seconds=number),
        provider="openai",
        model="gpt-4o",
        source="",
        native_id=f"{TRACE}:{number}",
        dedup_scope="otlp",
        input_tokens=tokens,
        output_tokens=10,
        observer=f"observer-{number}",
        response_id=response_id,
        trace_id=TRACE,
        span_id=span_id(number),
        parent_span_id=span_id(parent) if parent else "",
    )
    return ParsedUsage(f"record {number}", project, event)


WRAPPER = call(1, 0, 300)
LINK = Link(TRACE, span_id(2), span_id(1))
INNER = call(3, 2, 300, "resp-1")


def run(monkeypatch: pytest.MonkeyPatch, path: Path, items: Sequence[Parsed], **options: object) -> None:
    def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
        yield from items

    spans = SourceFormat(kind=Source.Kind.OTLP, suffixes=(".spans",), read=read, default_paths=list)
    monkeypatch.setitem(FORMATS, "otlp", spans)
    path.write_text("spans")
    import_usage(source_kind="otlp", paths=[path], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("items", list(permutations([WRAPPER, LINK, INNER])))
def test_a_link_finds_the_calls_of_its_trace(monkeypatch, tmp_path, size, items) -> None:
    monkeypatch.setattr(usage_import, "BATCH_SIZE", size)
    run(monkeypatch, tmp_path / "a.spans", items)
    counted = TokenUsage.objects.booked()
    assert [(usage.span_id, usage.response_id) for usage in counted] == [(span_id(3), "resp-1")]
    assert TokenUsage.objects.get(span_id=span_id(1)).superseded_by == counted.get()


def test_links_follow_the_calls_into_the_named_project(monkeypatch, tmp_path) -> None:
    run(monkeypatch, tmp_path / "a.spans", [LINK, WRAPPER, INNER], project_name="Search")
    assert {shape.project.name for shape in TraceShape.objects.all()} == {"Search"}
    assert TokenUsage.objects.booked().count() == 1


def test_links_of_traces_without_calls_are_left_out(monkeypatch, tmp_path) -> None:
    run(monkeypatch, tmp_path / "a.spans", [LINK])
    assert not TraceShape.objects.exists()
    assert not TokenUsage.objects.exists()


def test_a_dry_run_keeps_no_link(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(usage_import, "BATCH_SIZE", 1)
    run(monkeypatch, tmp_path / "a.spans", [WRAPPER, LINK, INNER], dry_run=True)
    assert not TraceShape.objects.exists()
