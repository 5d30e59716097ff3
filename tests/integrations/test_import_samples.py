"""Captures of the real tools, against what their providers really returned."""

import json
import random
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from billing.ledger.rebuild import check_rollups
from billing.measures import ANSWERED
from billing.models import DailyProjectUsage, TokenUsage
from chat.models import Conversation
from integrations.services import usage_import
from integrations.services.usage_import import import_usage

pytestmark = pytest.mark.django_db

CLAUDE_CODE = {
    "input_tokens": 11_796,
    "cache_read_tokens": 8_500,
    "cache_write_tokens": 2_200,
    "cache_write_1h_tokens": 1_200,
    "output_tokens": 1_526,
    "cost": Decimal("0.072928"),
}
LITELLM = {
    "input_tokens": "input_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "cache_write_1h_tokens": "cache_write_1h_tokens",
    "output_tokens": "output_tokens",
    "reasoning_tokens": "reasoning_tokens",
    "input_audio_tokens": "audio_input_tokens",
    "output_audio_tokens": "audio_output_tokens",
}
"""Our column → its name in expected.json."""


def sums(*columns: str) -> dict[str, object]:
    return TokenUsage.objects.booked().aggregate(**{column: Sum(column) for column in columns})


def run(kind: str, *paths: Path) -> tuple[int, int, int, int]:
    found = import_usage(source_kind=kind, paths=list(paths)).counts
    return found.created, found.unchanged, found.duplicates, found.rejected


@pytest.fixture
def transcripts(samples) -> list[Path]:
    return sorted((samples / "claude_code_full" / "claude_config").rglob("*.jsonl"))


def assert_claude_code_is_right() -> None:
    assert sums(*CLAUDE_CODE) == CLAUDE_CODE
    rollup = DailyProjectUsage.objects.aggregate(requests=Sum("requests"), cost=Sum("cost"))
    assert rollup == {"requests": 13, "cost": CLAUDE_CODE["cost"]}
    assert check_rollups().drifts == ()


def test_claude_code_the_whole_folder_and_again(samples) -> None:
    folder = samples / "claude_code_full" / "claude_config"
    assert run("claude-code", folder) == (13, 0, 6, 0)
    assert_claude_code_is_right()
    assert run("claude-code", folder) == (0, 13, 6, 0)
    assert_claude_code_is_right()


@pytest.mark.parametrize("seed", range(5))
def test_claude_code_in_any_order_of_files(transcripts, seed, monkeypatch) -> None:
    monkeypatch.setattr(usage_import, "BATCH_SIZE", 1 + seed)
    random.Random(seed).shuffle(transcripts)
    assert run("claude-code", *transcripts) == (13, 0, 6, 0)
    assert_claude_code_is_right()
    calls = TokenUsage.objects.filter(native_id__startswith="msg_99142a3cd3329629f6628d08:")
    assert [call.session_id[:8] for call in calls] == ["be87ef5b"], "the original session, not its fork"


@pytest.mark.parametrize("seed", range(2))
def test_claude_code_one_file_at_a_time(transcripts, seed) -> None:
    random.Random(seed).shuffle(transcripts)
    for path in transcripts:
        run("claude-code", path)
    assert_claude_code_is_right()


def test_claude_code_projects_and_sessions(samples) -> None:
    run("claude-code", samples / "claude_code_full")
    names = TokenUsage.objects.values_list("project__name", "agent_label").distinct()
    assert set(names) == {("shop-web", ""), ("ml_pipeline", ""), ("ml_pipeline", "general-purpose")}
    assert Conversation.objects.count() == 9


def expected(folder: Path) -> dict[str, int]:
    reported = json.loads((folder / "expected.json").read_text())["reported_to_client"]
    return {column: reported[name] for column, name in LITELLM.items()}


@pytest.mark.parametrize(
    ("file", "read"),
    [
        ("litellm_spendlogs/LiteLLM_SpendLogs.json", 27),
        ("litellm_spendlogs/LiteLLM_SpendLogs.csv", 27),
        ("litellm_generic_json_array/requests/0001.body", 32),
    ],
)
def test_litellm_one_door(samples, file, read) -> None:
    path = samples / file
    assert run("litellm", path) == (read, 0, 0, 0)
    assert sums(*LITELLM) == expected(samples / "litellm_spendlogs")
    answered = TokenUsage.objects.filter(status__in=ANSWERED)
    # 24 whose usage came back, and a stream that asked for none.
    assert (answered.count(), answered.filter(input_tokens=None, output_tokens=None, cost=None).count()) == (
        25,
        1,
    )
    unbilled = TokenUsage.objects.filter(status__in=["cached", "mock"]).order_by("status")
    assert list(unbilled.values_list("status", "total_tokens", "cost")) == [("cached", 0, 0), ("mock", 0, 0)]
    unmapped = TokenUsage.objects.get(model="some-private-model")
    assert (unmapped.total_tokens, unmapped.cost, unmapped.reported_cost) == (164, None, None)
    assert run("litellm", path) == (0, read, 0, 0)


def test_litellm_both_doors_book_nothing_twice(samples) -> None:
    logs, payloads = (
        samples / "litellm_spendlogs",
        samples / "litellm_generic_json_array" / "requests" / "0001.body",
    )
    assert run("litellm", logs / "LiteLLM_SpendLogs.json") == (27, 0, 0, 0)
    assert run("litellm", payloads) == (5, 27, 0, 0)
    assert run("litellm", logs / "LiteLLM_SpendLogs.csv", payloads) == (0, 32, 27, 0)
    assert set(TokenUsage.objects.filter(status="error").values_list("error_type", flat=True)) == {
        "BadRequestError",
        "RateLimitError",
        "InternalServerError",
    }
    assert sums(*LITELLM) == expected(logs)
    assert check_rollups().drifts == ()


def test_a_damaged_transcript_costs_its_line_only(samples, tmp_path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(samples / "claude_code_full" / "claude_config", folder)
    damaged = next(path for path in sorted(folder.rglob("*.jsonl")) if path.name.startswith("93fdd7c9"))
    damaged.chmod(0o600)
    damaged.write_text(damaged.read_text().replace('{"type":"mode"', '{"type":"mo', 1))
    result = import_usage(source_kind="claude-code", paths=[folder])
    assert [entry.record for entry in result.rejections] == [f"{damaged}:13"]
    assert_claude_code_is_right()
