"""Why a call cost what it cost: recomputed from the stored price, with every step of the decision."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.ledger.record import record_usage
from billing.models import ModelPrice, TokenUsage
from billing.pricing import catalog
from billing.pricing.catalog import CATALOG_VERSION
from billing.pricing.explain import explain
from billing.pricing.explanation import CostLine, Explanation, Fact, PriceVersion
from billing.pricing.overrides import add_override
from tests.factories import NOON, make_event, make_price, make_project

pytestmark = pytest.mark.django_db

TODAY = NOON + timedelta(days=3)


def book(prefers_reported: bool = False, **event: Any) -> TokenUsage:
    project = make_project(prefers_reported_cost=prefers_reported)
    [outcome] = record_usage([make_event(project, **event)])
    return TokenUsage.objects.get(pk=outcome.usage_id)


def facts(usage: TokenUsage) -> dict[str, str]:
    return {fact.term: fact.text for fact in explain(usage, now=TODAY).facts}


def notes(usage: TokenUsage) -> dict[str, str]:
    return {line.label: line.note for line in explain(usage, now=TODAY).lines}


def test_a_cost_is_explained_from_its_stored_version(django_assert_num_queries: Any) -> None:
    usage = book(
        model="claude-sonnet-4-5-20250929",
        input_tokens=18_420,
        cache_read_tokens=12_288,
        cache_write_tokens=2_048,
        output_tokens=612,
        reasoning_tokens=0,
    )
    price = ModelPrice.objects.get()
    with django_assert_num_queries(1):
        explanation = explain(usage, now=TODAY)
    assert explanation == Explanation(
        cost=Decimal("0.032798400"),
        cost_source="computed",
        summary="Priced by us.",
        lines=(
            CostLine(
                "input",
                "Input, not cached",
                "18,420 input − 12,288 read − 2,048 written",
                4_084,
                Decimal(3),
                "million",
                Decimal("0.012252"),
            ),
            CostLine(
                "cache_read",
                "Cache read",
                "part of input",
                12_288,
                Decimal("0.3"),
                "million",
                Decimal("0.0036864"),
            ),
            CostLine(
                "cache_write",
                "Cache write, 5 min",
                "part of input",
                2_048,
                Decimal("3.75"),
                "million",
                Decimal("0.00768"),
            ),
            CostLine(
                "output", "Output", "none of it reasoning", 612, Decimal(15), "million", Decimal("0.00918")
            ),
        ),
        total=Decimal("0.032798400"),
        total_tokens=19_032,
        disagreement="",
        versions=(
            PriceVersion(
                id=price.pk,
                number=1,
                is_applied=True,
                valid_from=None,
                valid_to=None,
                rates=(
                    ("in", Decimal(3)),
                    ("out", Decimal(15)),
                    ("read", Decimal("0.3")),
                    ("write", Decimal("3.75")),
                    ("write 1 h", Decimal(6)),
                    ("1,000 searches", Decimal(10)),
                ),
                origin=f"Catalogue {CATALOG_VERSION}",
                recorded_at=price.recorded_at,
                note="",
            ),
        ),
        facts=(
            Fact("Reported model", "claude-sonnet-4-5-20250929", is_code=True),
            Fact("Matched", "claude-sonnet-4-5, by prefix"),
            Fact("Override", "none for this project"),
            Fact("Source said", "no cost reported"),
            Fact("Service tier", "standard"),
            Fact("Context tier", "up to 200,000 tokens"),
            Fact("At today’s price", "the same"),
        ),
    )


def test_notes_say_where_a_quantity_or_rate_comes_from() -> None:
    make_price(
        input_per_mtok="4",
        cache_read_per_mtok="0.4",
        input_audio_per_mtok="32",
        reasoning_per_mtok="3",
    )
    usage = book(
        provider="acme",
        model="acme-1",
        input_tokens=5_000,
        cache_read_tokens=3_000,
        cache_write_tokens=1_000,
        cache_write_1h_tokens=500,
        input_audio_tokens=1_200,
        output_tokens=900,
        reasoning_tokens=300,
        web_search_requests=2,
    )
    assert notes(usage) == {
        "Cache read": "part of input",
        "Cache write, 5 min": "part of input, at the rate of “input, not cached”",
        "Cache write, 1 h": "part of input, at the rate of “input, not cached”",
        "Audio input": "part of input",
        "Cached audio": "part of cache read; as little as the counts allow, the source does not tell",
        "Output": "900 output − 300 reasoning",
        "Reasoning": "part of output",
        "Web searches": "no rate: not billed",
    }


@pytest.mark.parametrize(
    ("reasoning", "note"), [(None, ""), (0, "none of it reasoning"), (40, "40 of it reasoning")]
)
def test_the_output_says_what_of_it_was_reasoning(reasoning: int | None, note: str) -> None:
    assert notes(book(reasoning_tokens=reasoning))["Output"] == note


def test_versions_are_a_timeline_and_the_applied_one_is_marked() -> None:
    make_price(valid_from=datetime(2025, 1, 1, tzinfo=UTC), note="First contract")
    usage = book(provider="acme", model="acme-1")
    add_override(
        price=ModelPrice(
            provider="acme",
            model="acme-1",
            valid_from=NOON + timedelta(days=1),
            input_per_mtok="3",
            output_per_mtok="2",
        )
    )
    explanation = explain(usage, now=TODAY)
    assert [
        (version.number, version.is_applied, version.valid_from, version.valid_to, version.note)
        for version in explanation.versions
    ] == [
        (2, False, NOON + timedelta(days=1), None, ""),
        (1, True, datetime(2025, 1, 1, tzinfo=UTC), NOON + timedelta(days=1), "First contract"),
    ]
    assert {version.origin for version in explanation.versions} == {"Override for all projects"}
    assert facts(usage) == {
        "Reported model": "acme-1",
        "Matched": "no model of the catalogue",
        "Override": "yes, for all projects",
        "Source said": "no cost reported",
        "Service tier": "standard",
        "Context tier": "one price for prompts of all lengths",
        "At today’s price": "$0.003200000",
    }
    assert explanation.disagreement == ""


def test_the_timeline_shows_no_other_projects_prices() -> None:
    usage = book(provider="openai", model="gpt-4o")
    make_price(provider="openai", model="gpt-4o", project=make_project())
    assert len(explain(usage).versions) == 1
    assert facts(usage)["Override"] == "none for this project"


def test_an_override_that_came_later_is_named() -> None:
    usage = book(provider="openai", model="gpt-4o")
    make_price(provider="openai", model="gpt-4o")
    assert facts(usage)["Override"] == "none when it was booked; one holds for that time now"
    assert facts(usage)["At today’s price"] == "$0.001200000"


def test_a_projects_own_override_is_named() -> None:
    project = make_project()
    make_price(project=project)
    [outcome] = record_usage([make_event(project, provider="acme", model="acme-1")])
    explanation = explain(TokenUsage.objects.get(pk=outcome.usage_id))
    assert explanation.facts[2] == Fact("Override", "yes, this project’s own")
    assert explanation.versions[0].origin == "Override for this project"


def test_a_newer_catalogue_changes_no_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = book(provider="openai", model="gpt-4o")
    before = explain(usage, now=TODAY)
    monkeypatch.setattr(catalog, "get_snapshot", lambda: pytest.fail("the package was asked"))
    assert explain(usage, now=TODAY) == before


@pytest.mark.parametrize(
    ("event", "fact", "text"),
    [
        ({"model": "claude-sonnet-4-5"}, "Matched", "claude-sonnet-4-5, exactly"),
        ({"model": "anthropic/claude-sonnet-4-5-20250929"}, "Matched", "claude-sonnet-4-5, by prefix"),
        ({"provider": "mistral", "model": "codestral-latest"}, "Matched", "codestral, by prefix"),
        (
            {"provider": "google", "model": "claude-3.5-sonnet"},
            "Matched",
            "anthropic/claude-3-5-sonnet, by the catalogue’s rules",
        ),
        ({"input_tokens": 200_001}, "Context tier", "above 200,000 tokens"),
        ({"service_tier": "priority"}, "Service tier", "priority, at the standard price"),
        (
            {"provider": "openai", "model": "o3", "service_tier": "flex"},
            "Service tier",
            "flex, at its own price",
        ),
        ({"reported_cost": Decimal("0.5")}, "Source said", "$0.500000000"),
        ({"reported_cost": Decimal("0.0045")}, "Source said", "$0.004500000, the same"),
    ],
)
def test_facts_of_a_priced_call(event: dict[str, Any], fact: str, text: str) -> None:
    assert facts(book(**event))[fact] == text


def test_a_reported_cost_is_laid_beside_the_price_book() -> None:
    book(provider="openai", model="o3", native_id="priced by us")
    usage = book(prefers_reported=True, provider="openai", model="o3", reported_cost=Decimal("0.5"))
    explanation = explain(usage, now=TODAY)
    assert (explanation.summary, explanation.lines, explanation.total, explanation.versions) == (
        "The source reported this cost.",
        (),
        None,
        (),
    )
    assert facts(usage) == {
        "Reported model": "o3",
        "Matched": "o3, exactly",
        "Override": "none for this project",
        "Source said": "$0.500000000, the same",
        "Service tier": "standard",
        "By the price book": "$0.002800000",
        "At today’s price": "$0.002800000",
    }


@pytest.mark.parametrize(
    ("event", "summary"),
    [
        (
            {"provider": "acme"},
            "The price book has no price for this model at that time: what it cost is unknown.",
        ),
        ({"output_tokens": None}, "The source did not count all tokens: what it cost is unknown."),
        (
            {"status": "error", "input_tokens": None, "output_tokens": None},
            "The call failed, and its source counted no tokens.",
        ),
        ({"status": "cached"}, "No provider was called: it cost nothing."),
    ],
)
def test_a_call_that_no_price_applied_to_says_why(event: dict[str, Any], summary: str) -> None:
    explanation = explain(book(**event))
    assert (explanation.summary, explanation.lines, explanation.total, explanation.versions) == (
        summary,
        (),
        None,
        (),
    )


def test_a_price_that_was_added_since_is_named() -> None:
    usage = book(provider="acme", model="acme-1")
    make_price()
    explanation = explain(usage, now=TODAY)
    assert explanation.summary == "Unpriced when it was booked; the price book has a price for it now."
    assert facts(usage)["By the price book"] == "$0.001200000"


def test_an_arithmetic_that_disagrees_with_the_ledger_says_so() -> None:
    usage = book()
    usage.cost = Decimal("0.0046")
    explanation = explain(usage)
    assert (explanation.cost, explanation.total, explanation.disagreement) == (
        Decimal("0.0046"),
        Decimal("0.0045"),
        "Booked as $0.004600000, but this arithmetic gives $0.004500000.",
    )


def test_todays_price_is_that_of_the_same_hour() -> None:
    usage = book(provider="deepseek", model="deepseek-chat", occurred_at=datetime(2026, 5, 1, 12, tzinfo=UTC))
    night = datetime(2026, 11, 20, 20, tzinfo=UTC)
    assert explain(usage, now=night).facts[-1] == Fact("At today’s price", "the same")
