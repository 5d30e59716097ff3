"""What a call costs at a price, to the nanodollar: lines by kind, one rounding, the package as an oracle."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import Usage
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from billing.models import ModelPrice
from billing.pricing.arithmetic import rounded_nanos
from billing.pricing.book import PriceBook
from billing.pricing.catalog import find_model, version_at
from billing.pricing.lines import cost_lines
from billing.pricing.rates import rate_card
from billing.pricing.stored import StoredVersion
from tests.factories import make_event, make_project

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NANO = Decimal(1).scaleb(-9)


def a_price(**rates: Any) -> ModelPrice:
    return ModelPrice(provider="acme", model="acme-1", valid_from=LONG_AGO, origin="override", **rates)


def cost(price: ModelPrice, **counts: int | None) -> Decimal | None:
    no_project = ModelPrice().pk
    return StoredVersion.of(price).cost_of(make_event(no_project, **counts))


def amounts(price: ModelPrice, **counts: int | None) -> dict[str, tuple[int, Decimal]]:
    lines = cost_lines(make_event(ModelPrice().pk, **counts), rate_card(price))
    return {line.kind: (line.quantity, line.amount) for line in lines}


def test_parts_of_the_input_are_priced_apart() -> None:
    price = a_price(
        input_per_mtok="3",
        cache_read_per_mtok="0.3",
        cache_write_per_mtok="3.75",
        cache_write_1h_per_mtok="6",
        output_per_mtok="15",
    )
    counts = {
        "input_tokens": 18_420,
        "cache_read_tokens": 12_288,
        "cache_write_tokens": 2_048,
        "cache_write_1h_tokens": 1_000,
        "output_tokens": 612,
        "reasoning_tokens": 300,
    }
    assert amounts(price, **counts) == {
        "input": (4_084, Decimal("0.012252")),
        "cache_read": (12_288, Decimal("0.0036864")),
        "cache_write": (1_048, Decimal("0.00393")),
        "cache_write_1h": (1_000, Decimal("0.006")),
        "output": (612, Decimal("0.00918")),
    }
    assert cost(price, **counts) == Decimal("0.0350484")


def test_an_empty_rate_falls_back() -> None:
    counts = {
        "input_tokens": 1_000_000,
        "cache_read_tokens": 100_000,
        "cache_write_tokens": 200_000,
        "cache_write_1h_tokens": 50_000,
        "input_audio_tokens": 300_000,
        "output_tokens": 1_000_000,
        "reasoning_tokens": 400_000,
        "output_audio_tokens": 100_000,
    }
    plain = a_price(input_per_mtok="2", output_per_mtok="10")
    assert cost(plain, **counts) == Decimal(12)
    writes = a_price(input_per_mtok="2", cache_write_per_mtok="4", output_per_mtok="10")
    assert cost(writes, **counts) == Decimal("12.4")


def test_reasoning_and_audio_have_rates_of_their_own() -> None:
    price = a_price(
        input_per_mtok="2",
        input_audio_per_mtok="40",
        output_per_mtok="10",
        reasoning_per_mtok="3",
        output_audio_per_mtok="80",
    )
    assert amounts(
        price,
        input_tokens=1_000,
        input_audio_tokens=400,
        output_tokens=500,
        reasoning_tokens=100,
        output_audio_tokens=150,
    ) == {
        "input": (600, Decimal("0.0012")),
        "input_audio": (400, Decimal("0.016")),
        "output": (250, Decimal("0.0025")),
        "reasoning": (100, Decimal("0.0003")),
        "output_audio": (150, Decimal("0.012")),
    }


def test_audio_that_exceeds_the_uncached_input_was_cached() -> None:
    price = a_price(
        input_per_mtok="4",
        cache_read_per_mtok="0.4",
        input_audio_per_mtok="32",
        cache_read_audio_per_mtok="0.6",
    )
    assert amounts(
        price, input_tokens=1_000, cache_read_tokens=700, input_audio_tokens=500, output_tokens=0
    ) == {
        "cache_read": (500, Decimal("0.0002")),
        "input_audio": (300, Decimal("0.0096")),
        "cache_read_audio": (200, Decimal("0.00012")),
    }


def test_searches_and_requests_are_priced_by_the_thousand() -> None:
    price = a_price(input_per_mtok="1", output_per_mtok="1", web_search_per_1k="10", request_per_1k="5")
    assert amounts(price, input_tokens=0, output_tokens=0, web_search_requests=3) == {
        "web_search": (3, Decimal("0.03")),
        "request": (1, Decimal("0.005")),
    }


@pytest.mark.parametrize(("length", "expected"), [(200_000, "0.6"), (200_001, "1.200006")])
def test_a_context_tier_begins_strictly_above_its_threshold(length: int, expected: str) -> None:
    price = a_price(
        input_per_mtok="3",
        output_per_mtok="15",
        context_tiers=[{"above_input_tokens": 200_000, "input_per_mtok": "6"}],
    )
    assert cost(price, input_tokens=length, output_tokens=0) == Decimal(expected)


def test_a_tier_changes_only_the_rates_that_it_names() -> None:
    price = a_price(
        input_per_mtok="3",
        output_per_mtok="15",
        context_tiers=[
            {"above_input_tokens": 10, "input_per_mtok": "6"},
            {"above_input_tokens": 20, "output_per_mtok": "30"},
        ],
    )
    card = rate_card(price)
    assert [(sheet.above, sheet.nanos[0], sheet.nanos[6]) for sheet in card.sheets] == [
        (20, 3 * 10**9, 30 * 10**9),
        (10, 6 * 10**9, 15 * 10**9),
        (-1, 3 * 10**9, 15 * 10**9),
    ]


@pytest.mark.parametrize(
    ("scaled", "nanos"),
    [
        (499_999, 0),
        (500_000, 0),
        (500_001, 1),
        (1_499_999, 1),
        (1_500_000, 2),
        (2_500_000, 2),
        (2_500_001, 3),
    ],
)
def test_a_total_is_rounded_once_half_to_even(scaled: int, nanos: int) -> None:
    assert rounded_nanos(scaled) == nanos


def test_lines_are_not_rounded_before_the_total() -> None:
    price = a_price(input_per_mtok="0.0003", output_per_mtok="0.0003")
    assert cost(price, input_tokens=1, output_tokens=0) == 0
    assert cost(price, input_tokens=1, output_tokens=1) == Decimal("0.000000001")


@pytest.mark.parametrize(
    ("rates", "counts", "expected"),
    [
        ({"input_per_mtok": "1", "output_per_mtok": "2"}, (None, None), None),
        ({"input_per_mtok": "1", "output_per_mtok": "2"}, (10, None), None),
        ({"input_per_mtok": "1", "output_per_mtok": "2"}, (None, 10), None),
        ({"input_per_mtok": "1"}, (10, None), Decimal("0.00001")),
        ({"input_per_mtok": "0", "output_per_mtok": "0"}, (None, None), Decimal(0)),
        ({"input_per_mtok": "1", "output_per_mtok": "2"}, (0, 0), Decimal(0)),
    ],
)
def test_a_side_that_is_billed_and_not_counted_makes_the_cost_unknown(
    rates: dict[str, str], counts: tuple[int | None, int | None], expected: Decimal | None
) -> None:
    assert cost(a_price(**rates), input_tokens=counts[0], output_tokens=counts[1]) == expected


def test_an_absurd_cost_is_unknown() -> None:
    price = a_price(input_per_mtok="600", output_per_mtok="0")
    assert cost(price, input_tokens=2**53, output_tokens=0) is None


CALLS = [
    # model, input that was not cached, cache read, cache write 5 min, 1 h, output, web searches
    ("claude-opus-4-5-20251101", 35, 0, 300, 1200, 55, 0),
    ("claude-sonnet-4-5-20250929", 107, 0, 0, 0, 47, 0),
    ("claude-sonnet-4-5-20250929", 109, 0, 0, 0, 49, 0),
    ("claude-sonnet-4-5-20250929", 38, 1500, 0, 0, 58, 0),
    ("claude-haiku-4-5-20251001", 115, 0, 0, 0, 55, 0),
    ("claude-opus-4-5-20251101", 156, 0, 0, 0, 906, 0),
    ("claude-sonnet-4-5-20250929", 103, 0, 0, 0, 43, 0),
    ("claude-sonnet-4-5-20250929", 104, 0, 0, 0, 44, 0),
    ("claude-sonnet-4-5-20250929", 40, 1500, 0, 0, 60, 0),
    ("claude-sonnet-4-5-20250929", 31, 4000, 700, 0, 51, 0),
    ("claude-sonnet-4-5-20250929", 32, 1500, 0, 0, 52, 0),
    ("claude-haiku-4-5-20251001", 112, 0, 0, 0, 52, 0),
    ("claude-haiku-4-5-20251001", 114, 0, 0, 0, 54, 2),
]
"""The 13 calls of a real session with subagents and a web search."""


@pytest.mark.django_db
def test_thirteen_real_calls_cost_what_their_client_said() -> None:
    project = make_project()
    book = PriceBook()
    events = [
        make_event(
            project,
            model=model,
            occurred_at=datetime(2026, 11, 22, 5, 12, tzinfo=UTC),
            input_tokens=uncached + read + write + write_1h,
            cache_read_tokens=read,
            cache_write_tokens=write + write_1h,
            cache_write_1h_tokens=write_1h,
            output_tokens=output,
            web_search_requests=searches,
        )
        for model, uncached, read, write, write_1h, output, searches in CALLS
    ]
    priced = [book.price(event) for event in events]
    assert sum(event.input_tokens or 0 for event in events) == 11_796
    assert sum(event.output_tokens or 0 for event in events) == 1_526
    assert sum(entry.cost or 0 for entry in priced) == Decimal("0.072928")


SELLERS = {
    "anthropic": "anthropic",
    "openai": "openai",
    "google": "google",
    "azure": "azure",
    "bedrock": "aws",
    "deepseek": "deepseek",
    "mistral": "mistral",
    "x-ai": "x-ai",
    "groq": "groq",
    "perplexity": "perplexity",
    "openrouter": "openrouter",
    "moonshotai": "moonshotai",
}
"""Our slug → the package's id."""

LISTED = [
    (slug, listed.id)
    for slug, seller_id in SELLERS.items()
    for seller in get_snapshot().providers
    if seller.id == seller_id
    for listed in seller.models
    if find_model(slug, listed.id) is not None
]
TIERS = {
    "": {},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "batch": {"processing": "batch"},
    "fast": {"service_tier": "fast", "speed": "fast"},
}
THEIR_NAMES = {"reasoning_tokens": "output_reasoning_tokens", "web_search_requests": "web_searches"}
START = datetime(2023, 6, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minute: START + timedelta(minutes=minute))
LENGTHS = st.sampled_from([0, 1, 1_000, 128_000, 199_999, 200_000, 200_001, 272_001])


@st.composite
def calls(draw: st.DrawFn) -> dict[str, int]:
    """Counts within their wholes. Audio comes without cached input: the package asks for their overlap."""
    whole = draw(LENGTHS | st.integers(0, 2_000_000))
    output = draw(st.integers(0, 200_000))
    counts = {
        "input_tokens": whole,
        "output_tokens": output,
        "reasoning_tokens": draw(st.integers(0, output)),
        "web_search_requests": draw(st.integers(0, 5)),
    }
    if draw(st.booleans()):
        read = draw(st.integers(0, whole))
        write = draw(st.integers(0, whole - read))
        parts = {
            "cache_read_tokens": read,
            "cache_write_tokens": write,
            "cache_write_1h_tokens": draw(st.integers(0, write)),
        }
    else:
        parts = {"input_audio_tokens": draw(st.integers(0, whole))}
    return {**counts, **parts}


@settings(max_examples=400)
@given(st.sampled_from(LISTED), calls(), MOMENTS, st.sampled_from(sorted(TIERS)))
def test_the_catalogue_and_the_package_agree(
    listed: tuple[str, str], counts: dict[str, int], moment: datetime, tier: str
) -> None:
    slug, reference = listed
    version = version_at(slug, reference, moment, tier)
    found = find_model(slug, reference)
    # What tokens do not tell is unknown here, and 0 there.
    assume(version is not None)
    assert version is not None
    assert found is not None
    seller = next(seller for seller in get_snapshot().providers if seller.id == SELLERS[slug])
    theirs = found.info.calc_price(
        Usage(**{THEIR_NAMES.get(name, name): count for name, count in counts.items()}),
        seller,
        genai_request_timestamp=moment,
        price_context=TIERS[tier],
    )
    # The package has a few rates with the noise of floats, which we round to the nanodollar a million.
    rates = [rate for rate in vars(theirs.model_price).values() if isinstance(rate, Decimal)]
    assume(all(rate == rate.quantize(NANO) for rate in rates))
    price = ModelPrice(
        provider=slug,
        model=version.model,
        variant=str(version.variant),
        valid_from=version.valid_from,
        context_tiers=list(version.rates.context_tiers),
        origin="catalog",
        **version.rates.base,
    )
    ours = cost(price, **counts)
    assert ours == theirs.total_price.quantize(NANO, rounding=ROUND_HALF_EVEN)
