"""Our own CSV."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from billing.ledger.events import UsageEvent
from integrations.sources.files import find_files
from integrations.sources.parsed import Notice, ParsedUsage, Rejection
from integrations.sources.usage_csv import FORMAT
from integrations.sources.usage_csv.columns import ALIASES, REQUIRED

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
HEADER = "id,occurred_at,provider,model"


@pytest.fixture
def parse(tmp_path, read):
    """`parse(header, *rows)`: what becomes of a file of these lines."""

    def parse_lines(*lines: str):
        path = tmp_path / "usage.csv"
        path.write_text("\n".join(lines))
        return read("csv", path)

    return parse_lines


def test_every_column(parse, tmp_path) -> None:
    parsed = parse(
        "id,occurred_at,provider,model,request_type,project,input_tokens,cache_read_tokens,cache_write_tokens,"
        "cache_write_1h_tokens,input_audio_tokens,output_tokens,reasoning_tokens,output_audio_tokens,"
        "web_search_requests,service_tier,cost,status,error_type,latency_ms,time_to_first_token_ms,person,agent,"
        "session_id,environment,tags",
        "c1,2026-11-18T12:00:00Z,OpenAI,gpt-4o,embedding,Shop,1000,600,300,200,5,200,64,7,2,flex,0.25,partial,cut,"
        "605,200,Ada,planner,talk-1,prod,a;b",
    )
    event = UsageEvent(
        occurred_at=NOON,
        provider="openai",
        model="gpt-4o",
        source="",
        native_id="c1",
        dedup_scope="csv",
        request_type="embedding",
        status="partial",
        error_type="cut",
        input_tokens=1_000,
        cache_read_tokens=600,
        cache_write_tokens=300,
        cache_write_1h_tokens=200,
        input_audio_tokens=5,
        output_tokens=200,
        reasoning_tokens=64,
        output_audio_tokens=7,
        web_search_requests=2,
        service_tier="flex",
        reported_cost=Decimal("0.25"),
        latency_ms=605,
        time_to_first_token_ms=200,
        person_label="Ada",
        agent_label="planner",
        session_id="talk-1",
        environment="prod",
        tags=("a", "b"),
    )
    assert parsed == [ParsedUsage(f"{tmp_path / 'usage.csv'}:2", "Shop", event, is_id_local=True)]


def test_the_shortest_row(parse, tmp_path) -> None:
    parsed = parse(HEADER, "c1,2026-11-18 12:00,anthropic,claude-sonnet-4-5")
    event = UsageEvent(
        occurred_at=NOON,
        provider="anthropic",
        model="claude-sonnet-4-5",
        source="",
        native_id="c1",
        dedup_scope="csv",
    )
    assert parsed == [ParsedUsage(f"{tmp_path / 'usage.csv'}:2", "", event, is_id_local=True)]


def test_other_names_of_columns(parse) -> None:
    (parsed,) = parse(
        "Request ID;Timestamp;Vendor;Model-Name;Prompt Tokens;completion_tokens;Cost USD;user;ENV;status",
        "c1;1795003200;anthropic;claude;10;20;$0.5;Ada;prod;success",
    )
    event = parsed.event
    assert (event.native_id, event.occurred_at, event.provider, event.model) == (
        "c1",
        NOON,
        "anthropic",
        "claude",
    )
    assert (event.input_tokens, event.output_tokens, event.reported_cost) == (10, 20, Decimal("0.5"))
    assert (event.person_label, event.environment, event.status) == ("Ada", "prod", "ok")


def test_empty_cells_are_unknown_and_zero_is_zero(parse) -> None:
    (parsed,) = parse(
        f"{HEADER},input_tokens,output_tokens,cost", "c1,2026-11-18T12:00Z,anthropic,claude,,0,0"
    )
    assert (parsed.event.input_tokens, parsed.event.output_tokens) == (None, 0)
    assert parsed.event.reported_cost == Decimal(0)


def test_what_a_gateway_answered_itself_used_nothing(parse) -> None:
    (parsed,) = parse(
        f"{HEADER},input_tokens,cost,status", "c1,2026-11-18T12:00Z,anthropic,claude,10,0.5,Cached"
    )
    event = parsed.event
    assert (event.status, event.input_tokens, event.output_tokens) == ("cached", 0, 0)
    assert (event.reported_cost, event.raw_usage) == (Decimal(0), {"input_tokens": 10})


def test_rows_without_id_are_known_by_content_and_repetition(parse) -> None:
    row = "2026-11-18T12:00Z,anthropic,claude,10"
    first = parse("occurred_at,provider,model,input_tokens", row, row, row.replace("10", "11"))
    again = parse("model,vendor,time,prompt_tokens,extra", *["claude,anthropic,2026-11-18T12:00Z,10,x"] * 2)
    ids = [item.event.native_id for item in first]
    assert len(set(ids)) == 3
    assert [item.event.native_id for item in again if isinstance(item, ParsedUsage)] == ids[:2]
    assert {item.event.dedup_time for item in first} == {NOON}


def test_unknown_columns_are_told_once(parse, tmp_path, read) -> None:
    parsed = parse(f"{HEADER},colour,size", "c1,2026-11-18T12:00Z,anthropic,claude,red,xl")
    path = tmp_path / "usage.csv"
    notice = Notice(f"{path}:1: columns not known and left out: colour, size")
    assert parsed[0] == notice
    (tmp_path / "again.csv").write_text(path.read_text())
    assert [item for item in read("csv", path, tmp_path / "again.csv") if isinstance(item, Notice)] == [
        notice
    ]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("id,time,cost", "required columns missing: provider, model"),
        ("time,date,provider,model", "columns time and date both mean occurred_at"),
    ],
)
def test_a_header_that_cannot_be_used(parse, tmp_path, header, reason) -> None:
    assert parse(header, "1,2,3,4") == [Rejection(f"{tmp_path / 'usage.csv'}:1", reason)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("c1,,anthropic,claude,", "occurred_at: missing"),
        ("c1,soon,anthropic,claude,", "occurred_at: “soon” is not a time"),
        ("c1,2026-11-18,,claude,", "provider: missing"),
        ("c1,2026-11-18,anthropic,,", "model: missing"),
        ("c1,2026-11-18,anthropic,claude,1.5", "input_tokens: “1.5” is not a whole number"),
        ("c1,2026-11-18,anthropic", "has 3 cells, the header has 5"),
    ],
)
def test_bad_rows_are_named_and_the_rest_kept(parse, tmp_path, row, reason) -> None:
    rejection, kept = parse(f"{HEADER},input_tokens", row, "c2,2026-11-18,anthropic,claude,5")
    assert (rejection.where, rejection.reason) == (f"{tmp_path / 'usage.csv'}:2", reason)
    assert kept.event.native_id == "c2"


def test_rows_come_as_they_are_asked_for(tmp_path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(HEADER + "\n" + "c1,2026-11-18,anthropic,claude\n" * 100_000)
    sizes: list[int] = []
    parsed = FORMAT.read(find_files([path], ()), sizes.append)
    assert isinstance(next(parsed), ParsedUsage)
    assert sum(sizes) < path.stat().st_size / 10


def test_the_documentation_lists_every_column_and_its_other_names() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "importing-usage.md").read_text()
    lines = page.partition("## csv")[2].splitlines()
    rows = [line.split("|")[1:4] for line in lines if line.startswith("| `")]
    documented = {column.strip(" `"): tuple(re.findall(r"`(\w+)`", others)) for column, _, others in rows}
    assert documented == ALIASES
    assert {column.strip(" `") for column, meaning, _ in rows if "**Required.**" in meaning} == set(REQUIRED)
