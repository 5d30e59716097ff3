"""Which price applies to a call: override, reported, catalogue or none; and what the book keeps of it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from billing.ledger.record import record_usage
from billing.models import ModelPrice, TokenUsage
from billing.pricing import catalog
from billing.pricing.book import PriceBook, Priced
from billing.pricing.catalog import CATALOG_VERSION
from billing.pricing.recording import uncovered
from projects.models import Project
from tests.factories import make_event, make_price, make_project

pytestmark = pytest.mark.django_db

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNKNOWN = Priced(None, "none", None, None)


def day(*ymd: int) -> datetime:
    return datetime(*ymd, tzinfo=UTC)  # type: ignore[misc,arg-type]


def price(project: Project, *, prefers_reported: bool = False, **event: Any) -> Priced:
    return PriceBook().price(make_event(project, **event), prefers_reported=prefers_reported)


def acme(project: Project, **event: Any) -> Decimal | None:
    """The cost of a million input tokens of acme-1, which the catalogue does not know."""
    counts = {"input_tokens": 1_000_000, "output_tokens": 0}
    return price(project, **{"provider": "acme", "model": "acme-1", **counts, **event}).cost


@pytest.fixture
def project() -> Project:
    return make_project()


def test_a_catalogue_price_is_recorded_when_first_used(project: Project) -> None:
    priced = price(project, provider="openai", model="o3-2025-04-16", occurred_at=day(2025, 6, 1))
    rows = ModelPrice.objects.order_by("valid_from")
    assert list(
        rows.values_list(
            "provider",
            "model",
            "variant",
            "valid_from",
            "valid_to",
            "origin",
            "catalog_version",
            "input_per_mtok",
            "output_per_mtok",
        )
    ) == [
        ("openai", "o3", "", EPOCH, day(2025, 6, 10), "catalog", CATALOG_VERSION, Decimal(10), Decimal(40)),
        ("openai", "o3", "", day(2025, 6, 10), None, "catalog", CATALOG_VERSION, Decimal(2), Decimal(8)),
    ]
    assert priced == Priced(Decimal("0.014"), "computed", rows[0].pk, "o3")


def test_a_call_is_priced_at_its_own_time(project: Project) -> None:
    book = PriceBook()
    costs = [
        book.price(make_event(project, provider="openai", model="o3", occurred_at=moment)).cost
        for moment in (day(2025, 6, 1), day(2025, 6, 10), day(2025, 6, 9))
    ]
    assert costs == [Decimal("0.014"), Decimal("0.0028"), Decimal("0.014")]


def test_what_is_recorded_outlives_a_newer_catalogue(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(project, provider="openai", model="o3")
    first = PriceBook().price(event)
    original = catalog.rates_of

    def dearer(*args: Any, **kwargs: Any) -> Any:
        rates = original(*args, **kwargs)
        assert rates is not None
        return catalog.Rates({name: rate * 2 for name, rate in rates.base.items()}, rates.context_tiers)

    monkeypatch.setattr(catalog, "rates_of", dearer)
    assert PriceBook().price(event) == first
    fresh = PriceBook().price(make_event(project, provider="openai", model="gpt-4o"))
    assert fresh.cost == Decimal("0.007")


def test_a_price_that_was_announced_waits_for_its_day(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: day(2025, 6, 1))
    book = PriceBook()
    book.price(make_event(project, provider="openai", model="o3", occurred_at=day(2025, 6, 1)))
    assert ModelPrice.objects.count() == 1
    late = book.price(make_event(project, provider="openai", model="o3", occurred_at=day(2025, 6, 10)))
    assert (ModelPrice.objects.count(), late.cost) == (2, Decimal("0.0028"))


def test_a_service_tier_is_priced_by_its_variant(project: Project) -> None:
    costs = [
        price(project, provider="openai", model="o3", service_tier=tier).cost
        for tier in ("", "default", "nobody-knows", "flex", "batch")
    ]
    assert costs == [Decimal("0.0028")] * 3 + [Decimal("0.0014")] * 2


def test_hours_of_the_day_are_priced_apart(project: Project) -> None:
    book = PriceBook()
    costs = [
        book.price(
            make_event(
                project,
                provider="deepseek",
                model="deepseek-chat",
                occurred_at=datetime(2026, 5, 1, hour, tzinfo=UTC),
                input_tokens=1_000_000,
                output_tokens=0,
            )
        ).cost
        for hour in (12, 20)
    ]
    assert costs == [Decimal("0.27"), Decimal("0.135")]


def test_a_projects_own_override_comes_first_then_a_general_one_then_the_catalogue(project: Project) -> None:
    event = {"provider": "openai", "model": "gpt-4o", "input_tokens": 1_000_000, "output_tokens": 0}
    assert price(project, **event).cost == Decimal("2.5")
    make_price(provider="openai", model="gpt-4o", input_per_mtok="2")
    assert price(project, **event).cost == Decimal(2)
    own = make_price(provider="openai", model="gpt-4o", input_per_mtok="1", project=project)
    assert price(project, **event) == Priced(Decimal(1), "computed", own.pk, "gpt-4o")
    assert price(make_project(), **event).cost == Decimal(2)


def test_an_override_means_the_reported_name_or_the_catalogues(project: Project) -> None:
    make_price(provider="anthropic", model="claude-sonnet-4-5", input_per_mtok="2", output_per_mtok="0")
    by_catalog = price(project, model="Claude-Sonnet-4-5-20250929", input_tokens=1_000_000)
    make_price(
        provider="anthropic", model="claude-sonnet-4-5-20250929", input_per_mtok="1", output_per_mtok="0"
    )
    by_name = price(project, model="Claude-Sonnet-4-5-20250929", input_tokens=1_000_000)
    assert (by_catalog.cost, by_name.cost) == (Decimal(2), Decimal(1))


def test_an_override_is_of_one_provider(project: Project) -> None:
    make_price(provider="azure", model="acme-1")
    assert acme(project) is None


def test_an_override_holds_from_its_beginning_to_its_end(project: Project) -> None:
    make_price(valid_from=day(2026, 3, 1), valid_to=day(2026, 4, 1))
    costs = [
        acme(project, occurred_at=moment)
        for moment in (
            datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
            day(2026, 3, 1),
            datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC),
            day(2026, 4, 1),
        )
    ]
    assert costs == [None, Decimal(1), Decimal(1), None]


def test_an_override_for_a_tier_or_for_hours_comes_before_one_for_all(project: Project) -> None:
    make_price()
    make_price(variant="batch", input_per_mtok="0.5")
    make_price(variant="22:00-06:00Z", input_per_mtok="0.25")
    assert {
        (tier, hour): acme(project, service_tier=tier, occurred_at=datetime(2026, 11, 18, hour, tzinfo=UTC))
        for tier in ("", "batch", "flex")
        for hour in (12, 23)
    } == {
        ("", 12): Decimal(1),
        ("", 23): Decimal("0.25"),
        ("batch", 12): Decimal("0.5"),
        ("batch", 23): Decimal("0.5"),
        ("flex", 12): Decimal(1),
        ("flex", 23): Decimal("0.25"),
    }


def test_an_override_of_zero_is_a_decision(project: Project) -> None:
    free = make_price(input_per_mtok="0", output_per_mtok="0")
    assert price(project, provider="acme", model="acme-1") == Priced(Decimal(0), "computed", free.pk, None)


def test_the_reported_cost_counts_where_the_project_prefers_it(project: Project) -> None:
    event: dict[str, Any] = {"provider": "openai", "model": "o3", "reported_cost": Decimal("0.5")}
    assert price(project, **event).cost == Decimal("0.0028")
    assert price(project, prefers_reported=True, **event) == Priced(Decimal("0.5"), "reported", None, "o3")
    assert price(project, prefers_reported=True, provider="openai", model="o3").cost == Decimal("0.0028")
    make_price(provider="openai", model="o3", input_per_mtok="0", output_per_mtok="0")
    assert price(project, prefers_reported=True, **event).cost == 0


def test_a_reported_cost_stands_in_where_an_override_cannot_count(project: Project) -> None:
    make_price()
    uncounted = {"input_tokens": None, "output_tokens": None}
    event: dict[str, Any] = {"provider": "acme", "model": "acme-1", **uncounted}
    assert price(project, **event) == UNKNOWN
    reported = price(project, prefers_reported=True, **event, reported_cost=Decimal("0.5"))
    assert reported == Priced(Decimal("0.5"), "reported", None, None)


def test_a_reported_cost_is_no_price_where_it_is_not_preferred(project: Project) -> None:
    assert price(project, provider="acme", model="acme-1", reported_cost=Decimal("0.5")) == UNKNOWN


def test_unknown_models_and_unknown_tokens_are_unpriced(project: Project) -> None:
    assert price(project, provider="openai", model="some-private-model") == UNKNOWN
    assert price(project, provider="openai", model="") == UNKNOWN
    known = Priced(None, "none", None, "o3")
    assert price(project, provider="openai", model="o3", input_tokens=None, output_tokens=None) == known
    assert price(project, provider="openai", model="o3", output_tokens=None) == known


@pytest.mark.parametrize("status", ["cached", "mock"])
def test_what_reached_no_provider_cost_nothing(project: Project, status: str) -> None:
    free = Priced(Decimal(0), "reported", None, "o3")
    event: dict[str, Any] = {"provider": "openai", "model": "o3", "status": status}
    assert price(project, **event) == free
    assert price(project, prefers_reported=True, reported_cost=Decimal("0.5"), **event) == free


def test_a_failed_call_costs_what_its_tokens_do(project: Project) -> None:
    make_price(request_per_1k="1000")
    event: dict[str, Any] = {"provider": "acme", "model": "acme-1", "status": "error"}
    assert price(project, **event).cost == Decimal("1.0012")
    assert price(project, **event, input_tokens=0, output_tokens=0) == UNKNOWN
    assert price(project, **event, input_tokens=None, output_tokens=None) == UNKNOWN


def test_a_batch_takes_few_queries(project: Project, django_assert_num_queries: Any) -> None:
    events = [
        make_event(project, provider=provider, model=model)
        for provider, model in (("openai", "o3"), ("openai", "gpt-4o"), ("openai", "unknown"), ("acme", "x"))
        for _ in range(50)
    ]
    book = PriceBook()
    # The overrides once; then for each known model: its rows, a savepoint and its release, on PostgreSQL the
    # lock, its rows under that, the insert, and its rows as they are now.
    recording = 7 if connection.vendor == "postgresql" else 6
    with django_assert_num_queries(1 + 2 * recording):
        for event in events:
            book.price(event)
    with django_assert_num_queries(0):
        for event in events:
            book.price(event)
    with django_assert_num_queries(1 + 2):
        fresh = PriceBook()
        for event in events:
            fresh.price(event)


@pytest.mark.django_db(transaction=True)
def test_a_book_forgets_what_was_rolled_back() -> None:
    project = make_project()
    event = make_event(project, provider="openai", model="o3")
    book = PriceBook()
    with transaction.atomic():
        book.price(event)
        transaction.set_rollback(True)
    assert ModelPrice.objects.count() == 0
    record_usage([event], price_book=book)
    assert TokenUsage.objects.get().price_id == ModelPrice.objects.get(valid_to=None).pk
    with transaction.atomic():
        with transaction.atomic():
            book.price(make_event(project, provider="openai", model="gpt-4o"))
            transaction.set_rollback(True)
        priced = book.price(make_event(project, provider="openai", model="gpt-4o"))
        assert ModelPrice.objects.filter(pk=priced.price_id).exists()


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], [(1, None)]),
        ([(1, None)], []),
        ([(3, 5)], [(1, 3), (5, None)]),
        ([(5, 7), (2, 3)], [(1, 2), (3, 5), (7, None)]),
        ([(1, 4), (4, None)], []),
    ],
)
def test_only_times_that_nothing_covers_are_filled(
    taken: list[tuple[int, int | None]], expected: list[tuple[int, int | None]]
) -> None:
    def period(start: int, end: int | None) -> tuple[datetime, datetime | None]:
        return day(2026, 1, start), None if end is None else day(2026, 1, end)

    filled = list(uncovered(period(1, None), [period(*entry) for entry in taken]))
    assert filled == [period(*entry) for entry in expected]


def test_gaps_between_recorded_versions_are_filled(project: Project) -> None:
    make_price(
        origin="catalog",
        provider="openai",
        model="o3",
        valid_from=day(2025, 1, 1),
        valid_to=day(2025, 5, 1),
        input_per_mtok="7",
        output_per_mtok="0",
    )
    kept = price(project, provider="openai", model="o3", occurred_at=day(2025, 4, 30), input_tokens=1_000_000)
    assert kept.cost == Decimal(7)
    price(project, provider="openai", model="o3", occurred_at=day(2025, 5, 1))
    rows = ModelPrice.objects.order_by("valid_from").values_list("valid_from", "valid_to", "input_per_mtok")
    assert list(rows) == [
        (EPOCH, day(2025, 1, 1), Decimal(10)),
        (day(2025, 1, 1), day(2025, 5, 1), Decimal(7)),
        (day(2025, 5, 1), day(2025, 6, 10), Decimal(10)),
        (day(2025, 6, 10), None, Decimal(2)),
    ]
    assert isinstance(kept.price_id, UUID)
