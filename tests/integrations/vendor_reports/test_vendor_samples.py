"""Captured reports of both providers, against what they say in all."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from billing.models import ProviderReportedUsage, TokenUsage
from integrations.services.vendor_reports import import_vendor_report

pytestmark = pytest.mark.django_db

COLUMNS = {
    "input_tokens": "input_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "cache_write_1h_tokens": "cache_write_1h_tokens",
    "output_tokens": "output_tokens",
    "requests": "calls",
    "web_search_requests": "web_search_requests",
}
"""Our column → its name in expected.json."""


@pytest.fixture
def folder(samples: Path) -> Path:
    return samples / "vendor_reports"


@pytest.fixture
def expected(folder: Path) -> dict:
    return json.loads((folder / "expected.json").read_text())


def load(kind: str, *paths: Path) -> dict[str, int]:
    return import_vendor_report(kind=kind, paths=list(paths)).counts.as_dict()


def sums(*columns: str, **filters: str) -> dict[str, object]:
    found = ProviderReportedUsage.objects.filter(**filters)
    return found.aggregate(**{column: Sum(column) for column in columns})


def named(figures: dict, *columns: str) -> dict[str, object]:
    return {column: figures[COLUMNS[column]] for column in columns}


TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")


def test_openai_usage_pages(folder: Path, expected: dict) -> None:
    pages = [folder / f"openai_usage_completions.page{number}.json" for number in (1, 2)]
    assert load("openai-usage", *pages, folder / "openai_usage_embeddings.json") == {
        "read": 25, "created": 25, "updated": 0, "unchanged": 0, "duplicates": 0, "rejected": 0,
    }  # fmt: skip
    chat, embedding = expected["openai_completions"], expected["openai_embeddings"]
    assert sums(*TOKENS, "requests", request_type="chat") == named(chat, *TOKENS, "requests")
    told = ("input_tokens", "requests")
    assert sums(*told, request_type="embedding") == named(embedding, *told)
    by_model = {
        row["model"]: row["input"]
        for row in ProviderReportedUsage.objects.values("model").annotate(input=Sum("input_tokens"))
    }
    models = expected["by_model"]
    assert by_model == {model: models[model]["input_tokens"] for model in by_model}


def test_openai_usage_csv(folder: Path, expected: dict) -> None:
    counts = load("openai-usage", folder / "openai_dashboard_completions_usage.csv")
    assert counts["created"] == counts["read"] == 23
    chat = expected["openai_completions"]
    told = ("input_tokens", "cache_read_tokens", "output_tokens", "requests")
    assert sums(*told) == named(chat, *told)
    assert sums("cache_write_tokens") == {"cache_write_tokens": None}


@pytest.mark.parametrize("name", ["openai_costs.json", "openai_dashboard_cost.csv"])
def test_openai_costs(folder: Path, expected: dict, name: str) -> None:
    assert load("openai-costs", folder / name)["created"] == 25
    assert sums("amount") == {"amount": Decimal(expected["openai_cost_usd"])}


def test_anthropic_usage_pages_and_csv_say_the_same(folder: Path, expected: dict) -> None:
    told = (*TOKENS, "cache_write_1h_tokens", "web_search_requests")
    pages = [folder / f"anthropic_usage_report_messages.page{number}.json" for number in (1, 2)]
    assert load("anthropic-usage", *pages)["created"] == 7
    assert sums(*told) == named(expected["anthropic"], *told)
    ProviderReportedUsage.objects.all().delete()
    assert load("anthropic-usage", folder / "anthropic_console_tokens.csv")["created"] == 7
    assert sums(*told) == named(expected["anthropic"], *told)


def test_anthropic_cost_is_cents(folder: Path, expected: dict) -> None:
    assert load("anthropic-cost", folder / "anthropic_cost_report.json")["created"] == 20
    assert sums("amount") == {"amount": Decimal(expected["anthropic_cost_usd"])}


def test_reports_never_enter_the_ledger_and_loading_twice_changes_nothing(folder: Path) -> None:
    loads = {
        "openai-usage": [
            "openai_usage_completions.page1.json",
            "openai_usage_completions.page2.json",
            "openai_usage_embeddings.json",
            "openai_dashboard_completions_usage.csv",
        ],
        "openai-costs": ["openai_costs.json", "openai_dashboard_cost.csv"],
        "anthropic-usage": [
            "anthropic_usage_report_messages.page1.json",
            "anthropic_usage_report_messages.page2.json",
            "anthropic_console_tokens.csv",
        ],
        "anthropic-cost": ["anthropic_cost_report.json"],
    }
    for kind, names in loads.items():
        load(kind, *(folder / name for name in names))
    before = list(ProviderReportedUsage.objects.order_by("id").values())
    for kind, names in loads.items():
        for name in names:
            counts = load(kind, folder / name)
            assert counts["read"] == counts["unchanged"] + counts["duplicates"] > 0, name
    assert list(ProviderReportedUsage.objects.order_by("id").values()) == before
    assert not TokenUsage.objects.exists()
