"""The catalogue's versions: which model a string means, and what it costs when."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billing.pricing.catalog import find_model, version_at, versions
from billing.pricing.variants import Hours, Variant, service_tier

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day(*ymd: int) -> datetime:
    return datetime(*ymd, tzinfo=UTC)  # type: ignore[misc,arg-type]


def catalog_id(provider: str, model: str) -> str | None:
    found = find_model(provider, model)
    return found.id if found else None


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("openai", "GPT-4o", "gpt-4o"),
        ("openai", "openai/gpt-4o-mini", "gpt-4o-mini"),
        ("openai", "gpt-5.2-20251211", "gpt-5.2"),
        ("anthropic", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("anthropic", "anthropic/claude-sonnet-4-5", "claude-sonnet-4-5"),
        ("google", "models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("google", "vertex_ai/gemini-2.5-pro", "gemini-2.5-pro"),
        ("google", "projects/p/locations/l/publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("google", "claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("azure", "azure/gpt-4o", "gpt-4o"),
        ("openrouter", "anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5"),
        ("openrouter", "openrouter/anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5"),
        ("groq", "groq/llama-3.3-70b-versatile", "llama-3.3-70b-versatile"),
        ("x-ai", "xai/grok-4", "grok-4-0709"),
        *(
            ("bedrock", spelling, "regional.anthropic.claude-sonnet-4-5-20250929-v1:0")
            for spelling in (
                "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "bedrock/converse/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            )
        ),
    ],
)
def test_a_model_string_means_a_model(provider: str, model: str, expected: str) -> None:
    assert catalog_id(provider, model) == expected


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "some-private-model"),
        ("openai", "gpt-4o-audio-custom-thing"),
        ("openai", "gpt-4o-custom"),
        ("openai", "acme-gpt-4o"),
        ("openai", "ft:gpt-4o-mini:acme::abc"),
        ("openai", "anthropic/claude-sonnet-4-5"),
        ("openai", ""),
        ("openai-compatible", "gpt-4o"),
        ("anthropic", "my-claude-sonnet-4-5"),
        ("azure", "our-deployment"),
        ("bedrock", "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc"),
        ("openrouter", "openai/gpt-4o-mini:nitro"),
        ("nobody", "gpt-4o"),
    ],
)
def test_an_unknown_model_gets_no_neighbours_price(provider: str, model: str) -> None:
    assert find_model(provider, model) is None
    assert version_at(provider, model, NOW) is None


def test_prices_are_versions_by_day() -> None:
    found = find_model("openai", "o3")
    assert found is not None
    assert [
        (version.valid_from, version.valid_to, version.rates.base["input_per_mtok"])
        for version in versions(found, "")
    ] == [
        (EPOCH, day(2025, 6, 10), Decimal(10)),
        (day(2025, 6, 10), None, Decimal(2)),
    ]


def test_a_price_changes_at_midnight_utc() -> None:
    def input_rate(moment: datetime) -> Decimal:
        version = version_at("openai", "o3", moment)
        assert version is not None
        return version.rates.base["input_per_mtok"]

    assert input_rate(datetime(2025, 6, 9, 23, 59, 59, tzinfo=UTC)) == Decimal(10)
    assert input_rate(day(2025, 6, 10)) == Decimal(2)


def test_a_tier_with_prices_of_its_own_is_a_variant() -> None:
    flex = version_at("openai", "o3", NOW, "flex")
    before = version_at("openai", "o3", day(2026, 10, 11), "flex")
    assert flex is not None
    assert before is not None
    assert (flex.variant, flex.valid_from, flex.rates.base["input_per_mtok"]) == (
        Variant("flex"),
        day(2026, 10, 12),
        Decimal(1),
    )
    assert (before.valid_to, before.rates.base["input_per_mtok"]) == (day(2026, 10, 12), Decimal(2))


def test_a_tier_without_prices_of_its_own_is_standard() -> None:
    standard = version_at("azure", "gpt-4o", NOW)
    assert standard is not None
    assert standard.variant == Variant()
    assert version_at("azure", "gpt-4o", NOW, "flex") == standard
    assert version_at("openai", "o3", NOW, "scale") == version_at("openai", "o3", NOW)


@pytest.mark.parametrize(
    ("reported", "tier"),
    [
        ("standard", ""),
        ("STANDARD", ""),
        ("default", ""),
        ("auto", ""),
        ("Flex", "flex"),
        ("ON_DEMAND_PRIORITY", "priority"),
    ],
)
def test_the_standard_tier_has_many_names(reported: str, tier: str) -> None:
    assert service_tier(reported) == tier


def test_hours_of_the_day_are_variants() -> None:
    def version(hour: int) -> tuple[str, str]:
        found = version_at("deepseek", "deepseek-chat", datetime(2026, 5, 1, hour, tzinfo=UTC))
        assert found is not None
        return str(found.variant), str(found.rates.base["input_per_mtok"])

    assert version(12) == ("00:30-16:30Z", "0.27")
    assert version(20) == ("", "0.135")
    assert version(0) == ("", "0.135")


@pytest.mark.parametrize("text", ["", "flex", "00:30-16:30Z", "flex 22:00-06:00Z"])
def test_a_variant_reads_back_as_written(text: str) -> None:
    assert str(Variant.parse(text)) == text


def test_hours_may_pass_midnight() -> None:
    hours = Variant.parse("22:00-06:00Z").hours
    assert isinstance(hours, Hours)
    assert [hours.holds(datetime(2026, 1, 1, hour, tzinfo=UTC)) for hour in (21, 22, 0, 5, 6)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_hours_that_no_clock_shows_are_a_name() -> None:
    assert Variant.parse("night 25:00-26:00Z") == Variant("night 25:00-26:00Z")


def test_long_prompts_have_a_tier_of_rates() -> None:
    version = version_at("anthropic", "claude-sonnet-4-5", NOW)
    assert version is not None
    assert version.rates.context_tiers == (
        {
            "above_input_tokens": 200_000,
            "input_per_mtok": "6",
            "cache_write_per_mtok": "7.5",
            "cache_read_per_mtok": "0.6",
            "output_per_mtok": "22.5",
            "cache_write_1h_per_mtok": "12",
        },
    )


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "whisper-1"),
        ("openai", "tts-1"),
        ("mistral", "mistral-ocr-latest"),
        ("google", "gemini-2.5-flash-image"),
        ("github-copilot", "gpt-4o"),
        ("openai", "moderation"),
    ],
)
def test_what_tokens_do_not_tell_has_no_price(provider: str, model: str) -> None:
    assert find_model(provider, model) is not None
    assert version_at(provider, model, NOW) is None


def test_a_free_model_costs_nothing() -> None:
    version = version_at("openrouter", "deepseek-chat:free", NOW)
    assert version is not None
    assert version.rates.base == {"input_per_mtok": Decimal(0), "output_per_mtok": Decimal(0)}


def test_ids_shared_with_another_providers_list_stay_apart() -> None:
    assert catalog_id("azure", "ada") == "ada"
    assert catalog_id("azure", "text-ada-001") == "openai/ada"
