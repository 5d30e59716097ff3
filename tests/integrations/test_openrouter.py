"""OpenRouter's activity export."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from billing.ledger.events import UsageEvent
from integrations.sources.parsed import ParsedUsage, Rejection

ROW = {
    "generation_id": "gen-1",
    "created_at": "2026-11-02 00:00:01.250",
    "cost_total": "0.0042955",
    "byok_usage_inference": "0",
    "tokens_prompt": "3005",
    "tokens_completion": "705",
    "tokens_reasoning": "512",
    "tokens_cached": "2560",
    "model_permaslug": "openai/o4-mini-2025-04-16",
    "provider_name": "OpenAI",
    "variant": "standard",
    "cancelled": "false",
    "user": "ada@example.com",
    "generation_time_ms": "812",
    "time_to_first_token_ms": "233",
    "api_key_name": "prod-key",
    "app_name": 'shop, "new"',
}


def activity(folder: Path, *rows: dict[str, str]) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "activity.csv"
    path.write_text(text.getvalue())
    return path


def test_a_call(tmp_path, read) -> None:
    path = activity(tmp_path, ROW)
    assert read("openrouter", path) == [
        ParsedUsage(
            f"{path}:2",
            "prod-key",
            UsageEvent(
                occurred_at=datetime(2026, 11, 2, 0, 0, 1, 250_000, tzinfo=UTC),
                provider="openrouter",
                model="openai/o4-mini-2025-04-16",
                source="",
                native_id="gen-1",
                dedup_scope="openrouter",
                observer="openrouter",
                response_id="gen-1",
                input_tokens=3_005,
                cache_read_tokens=2_560,
                output_tokens=705,
                reasoning_tokens=512,
                reported_cost=Decimal("0.0042955"),
                latency_ms=812,
                time_to_first_token_ms=233,
                person_label="ada@example.com",
                tags=('app:shop, "new"', "provider:OpenAI"),
                raw_usage={
                    "tokens_prompt": "3005",
                    "tokens_completion": "705",
                    "tokens_reasoning": "512",
                    "tokens_cached": "2560",
                },
            ),
        )
    ]


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"cost_total": ""}, "reported_cost", None),
        ({"cost_total": "0"}, "reported_cost", Decimal(0)),
        ({"cost_total": "0.001", "byok_usage_inference": "0.02"}, "reported_cost", Decimal("0.021")),
        ({"cancelled": "true"}, "status", "partial"),
        ({"cancelled": "TRUE", "tokens_prompt": "", "tokens_completion": ""}, "status", "cancelled"),
        ({"tokens_prompt": "", "tokens_completion": "", "tokens_cached": ""}, "input_tokens", None),
        ({"tokens_prompt": "10", "tokens_cached": "90"}, "input_tokens", 100),
        ({"tokens_completion": "10", "tokens_reasoning": "90"}, "output_tokens", 100),
        ({"variant": "free"}, "model", "openai/o4-mini-2025-04-16:free"),
    ],
)
def test_what_cells_mean(tmp_path, read, cells, field, value) -> None:
    (call,) = read("openrouter", activity(tmp_path, {**ROW, **cells}))
    assert getattr(call.event, field) == value


def test_the_app_stands_in_for_a_key_without_a_name(tmp_path, read) -> None:
    (call,) = read("openrouter", activity(tmp_path, {**ROW, "api_key_name": ""}))
    assert call.project_name == 'shop, "new"'


def test_a_bad_row_costs_itself_alone(tmp_path, read) -> None:
    path = activity(tmp_path, {**ROW, "tokens_prompt": "-5"}, {**ROW, "generation_id": ""}, ROW)
    *refused, call = read("openrouter", path)
    assert [(item.where, item.reason) for item in refused] == [
        (f"{path}:2", "tokens_prompt: “-5” is negative"),
        (f"{path}:3", "generation_id: missing"),
    ]
    assert call.where == f"{path}:4"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (
            "Date,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens",
            "is OpenRouter's daily activity, which adds calls up: export the activity call by call instead",
        ),
        (
            "generation_id,created_at",
            "is no activity export of OpenRouter: column tokens_prompt, tokens_completion is missing",
        ),
    ],
)
def test_other_tables_are_refused_once(tmp_path, read, header, reason) -> None:
    path = tmp_path / "activity.csv"
    row = ",".join("1" for _ in header.split(","))
    path.write_text(f"{header}\n" + f"{row}\n" * 20)
    assert read("openrouter", path) == [Rejection(f"{path}:1", reason)]
