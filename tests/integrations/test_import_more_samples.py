"""Captures of further tools, against what their providers really returned."""

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Sum

from billing.ledger.rebuild import check_rollups
from billing.measures import ANSWERED
from billing.models import TokenUsage
from chat.models import Conversation
from integrations.services import usage_import
from integrations.services.usage_import import import_usage

pytestmark = pytest.mark.django_db

NAMES = {
    "input_tokens": "input_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "output_tokens": "output_tokens",
    "reasoning_tokens": "reasoning_tokens",
}
"""Our column → its name in the captures' truths."""


def run(kind: str, *paths: Path) -> tuple[int, int, int, int]:
    found = import_usage(source_kind=kind, paths=list(paths)).counts
    return found.created, found.unchanged, found.duplicates, found.rejected


def booked(**conditions: Any) -> dict[str, Any]:
    rows = TokenUsage.objects.booked().filter(status__in=ANSWERED, **conditions)
    sums = rows.aggregate(calls=Count("pk"), **{column: Sum(column) for column in NAMES})
    return {name: number or 0 for name, number in sums.items()}


def truth(figures: dict[str, Any]) -> dict[str, Any]:
    return {"calls": figures["calls"], **{column: figures.get(name, 0) for column, name in NAMES.items()}}


def told(path: Path) -> Any:
    return json.loads(path.read_text())


AGENTS = {"codex": ("codex_full", "rollout"), "gemini-cli": ("gemini_full", "chats")}


def assert_agent_is_right(samples: Path, kind: str) -> None:
    folder, signal = AGENTS[kind]
    check = told(samples / folder / "capture_check.json")[signal]
    assert booked() == truth(check["after_dedup_rules"])
    by_model = told(samples / folder / "expected.json")["by_request_model"]
    for name, figures in by_model.items():
        provider, _, model = name.partition("/")
        assert booked(provider=provider, model=model) == truth(figures), name
    assert check_rollups().drifts == ()


@pytest.mark.parametrize(
    ("kind", "home", "again", "sessions"),
    [("codex", "codex_home", 0, 4), ("gemini-cli", "gemini_home", 1, 4)],
)
def test_an_agents_folder_and_again(samples, kind, home, again, sessions) -> None:
    folder = samples / AGENTS[kind][0] / home
    assert run(kind, folder) == (6, 0, again, 0)
    assert_agent_is_right(samples, kind)
    assert run(kind, folder) == (0, 6, again, 0)
    assert_agent_is_right(samples, kind)
    assert Conversation.objects.count() == sessions


@pytest.mark.parametrize("kind", sorted(AGENTS))
@pytest.mark.parametrize("seed", range(3))
def test_an_agents_files_in_any_order(samples, kind, seed, monkeypatch) -> None:
    monkeypatch.setattr(usage_import, "BATCH_SIZE", 1 + seed)
    files = sorted((samples / AGENTS[kind][0]).glob("*_home/**/*.jsonl"))
    random.Random(seed).shuffle(files)
    for path in files:
        run(kind, path)
    assert_agent_is_right(samples, kind)


def test_codex_counts_what_the_oracle_counts(samples) -> None:
    """The oracle counts input without cache."""
    run("codex", samples / "codex_full" / "codex_home")
    oracle = told(samples / "codex_full" / "oracle" / "ccusage_session.json")
    for session in oracle["sessions"]:
        found = booked(session_id=session["sessionFile"][-36:])
        cached = found["cache_read_tokens"] + found["cache_write_tokens"]
        assert found["input_tokens"] - cached == session["inputTokens"]
        assert found["output_tokens"] == session["outputTokens"]
        assert found["reasoning_tokens"] == session["models"].popitem()[1]["reasoningOutputTokens"]
    projects = TokenUsage.objects.values_list("project__name", flat=True)
    assert set(projects) == {"shop-web", "ml_pipeline"}


def test_gemini_counts_what_the_oracle_counts(samples) -> None:
    run("gemini-cli", samples / "gemini_full" / "gemini_home")
    oracle = told(samples / "gemini_full" / "oracle" / "ccusage_session.json")
    for session in oracle["sessions"]:
        found = booked(session_id=session["sessionId"])
        assert found["input_tokens"] + found["output_tokens"] == session["totalTokens"]
        assert found["cache_read_tokens"] == session["cacheReadTokens"]
        assert found["output_tokens"] - found["reasoning_tokens"] == session["outputTokens"]
    cost = TokenUsage.objects.booked().aggregate(cost=Sum("cost"))["cost"]
    assert round(cost, 8) == round(Decimal(str(oracle["totals"]["totalCost"])), 8)


def test_openrouter(samples) -> None:
    path = samples / "vendor_reports" / "openrouter_activity.csv"
    expected = told(samples / "vendor_reports" / "expected.json")
    assert run("openrouter", path) == (34, 0, 0, 0)
    # The export does not say what was written to the cache.
    assert booked() == {**truth(expected["openrouter"]), "cache_write_tokens": 0}
    reported = TokenUsage.objects.aggregate(cost=Sum("reported_cost"))["cost"]
    assert reported == Decimal(expected["openrouter_cost_usd"])
    assert TokenUsage.objects.filter(cost=None).count() == 0
    assert run("openrouter", path) == (0, 34, 0, 0)


def test_langfuse(samples) -> None:
    expected = told(samples / "conversation_exports" / "expected.json")["langfuse"]
    path = samples / "conversation_exports" / "langfuse" / "observations_v2.jsonl"
    assert run("langfuse", path) == (3, 0, 1, 0)
    assert booked() == truth({**expected, "calls": expected["generations"]})
    reported = TokenUsage.objects.aggregate(cost=Sum("reported_cost"))["cost"]
    assert reported == Decimal(expected["cost_usd"])
    assert run("langfuse", path) == (0, 3, 1, 0)


def test_helicone(samples) -> None:
    expected = told(samples / "conversation_exports" / "expected.json")["helicone"]
    path = samples / "conversation_exports" / "helicone" / "export.jsonl"
    assert run("helicone", path) == (4, 0, 0, 0)
    assert booked() == truth({**expected, "calls": expected["billed"]})
    statuses = TokenUsage.objects.order_by("native_id").values_list("native_id", "status")
    assert list(statuses) == [("h-1", "ok"), ("h-2", "error"), ("h-3", "cached"), ("h-4", "ok")]
    reported = TokenUsage.objects.aggregate(cost=Sum("reported_cost"))["cost"]
    assert reported == Decimal(expected["cost_usd"])


SAVED = (
    "claude_code_full",
    "double_instrumented_pydantic",
    "gemini_full",
    "multi_project_otel",
    "openinference_anthropic",
    "openllmetry_openai",
    "otel_genai_openai",
    "vercel_ai_json_gzip",
)


@pytest.mark.parametrize("name", SAVED)
def test_saved_bodies_count_as_if_they_were_sent(samples, name) -> None:
    check = told(samples / name / "capture_check.json")
    folder = samples / name / "requests"
    import_usage(source_kind="otlp", paths=[folder], project_name="Search")
    after = (check.get("logs") or check["spans"])["after_dedup_rules"]
    measured = booked()
    measured["calls"] = TokenUsage.objects.booked().exclude(input_tokens=None, output_tokens=None).count()
    assert measured == truth(after)
    again = import_usage(source_kind="otlp", paths=[folder], project_name="Search").counts
    assert again.created == 0
    assert check_rollups().drifts == ()


def test_saved_bodies_go_to_the_projects_that_they_name(samples) -> None:
    run("otlp", samples / "multi_project_otel" / "requests")
    services = told(samples / "multi_project_otel" / "expected.json")["by_service"]
    for name, figures in services.items():
        assert booked(project__name=name)["input_tokens"] == figures["input_tokens"], name


@pytest.mark.parametrize("kinds", [("gemini-cli", "otlp"), ("otlp", "gemini-cli")])
def test_chats_and_telemetry_of_the_same_calls_count_once(samples, kinds) -> None:
    folders = {"gemini-cli": "gemini_home", "otlp": "requests"}
    for kind in kinds:
        folder = samples / "gemini_full" / folders[kind]
        import_usage(source_kind=kind, paths=[folder], project_name="Search")
    assert booked() == truth(
        told(samples / "gemini_full" / "capture_check.json")["chats"]["after_dedup_rules"]
    )
    assert check_rollups().drifts == ()
