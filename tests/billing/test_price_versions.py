"""Versions of a price: no two overlap, none is edited, a new one ends the old one."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from billing.models import ModelPrice
from billing.price_triggers import install_price_triggers
from billing.pricing.overrides import add_override, supersede_price
from billing.querysets import FrozenPriceError
from tests.factories import make_member, make_owner, make_price, make_project

pytestmark = pytest.mark.django_db


def day(*ymd: int) -> datetime:
    return datetime(*ymd, tzinfo=UTC)  # type: ignore[misc,arg-type]


def an_override(**fields: Any) -> ModelPrice:
    defaults = {"provider": "acme", "model": "acme-1", "valid_from": day(2026, 1, 1), "input_per_mtok": "3"}
    return ModelPrice(**{**defaults, **fields})


def periods() -> list[tuple[datetime, datetime | None]]:
    return list(ModelPrice.objects.order_by("valid_from").values_list("valid_from", "valid_to"))


def refused(**fields: Any) -> bool:
    try:
        with transaction.atomic():
            make_price(**fields)
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize("of_project", [False, True])
def test_the_database_refuses_versions_that_overlap(of_project: bool) -> None:
    owner = {"project": make_project() if of_project else None}
    make_price(**owner, valid_from=day(2026, 1, 1), valid_to=day(2026, 3, 1))
    make_price(**owner, valid_from=day(2026, 5, 1))
    overlapping = [
        (day(2026, 1, 1), None),
        (day(2025, 1, 1), None),
        (day(2026, 2, 1), day(2026, 2, 2)),
        (datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC), day(2026, 4, 1)),
        (day(2026, 6, 1), None),
        (day(2026, 6, 1), day(2026, 7, 1)),
        (day(2026, 4, 1), datetime(2026, 5, 1, 0, 0, 0, 1, tzinfo=UTC)),
    ]
    for start, end in overlapping:
        assert refused(**owner, valid_from=start, valid_to=end), (start, end)
    assert not refused(**owner, valid_from=day(2026, 3, 1), valid_to=day(2026, 5, 1))


def test_versions_of_other_prices_may_overlap() -> None:
    first, second = make_project(), make_project()
    make_price()
    for other in (
        {"provider": "other"},
        {"model": "other"},
        {"variant": "flex"},
        {"project": first},
        {"project": second},
        {"origin": "catalog"},
    ):
        assert not refused(**other), other


def test_the_database_refuses_an_update_into_an_overlap() -> None:
    early = make_price(valid_from=day(2026, 1, 1), valid_to=day(2026, 3, 1))
    make_price(valid_from=day(2026, 3, 1))
    statement = f'UPDATE "{ModelPrice._meta.db_table}" SET valid_to = NULL WHERE id = %s'
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [early.pk.hex if connection.vendor == "sqlite" else early.pk])


def test_laying_the_triggers_again_changes_nothing() -> None:
    install_price_triggers(using="default")
    make_price()
    assert refused()


@pytest.mark.parametrize(
    "fields",
    [
        {"input_per_mtok": None, "output_per_mtok": None},
        {"input_per_mtok": "-1"},
        {"valid_to": day(2020, 1, 1)},
        {"valid_to": day(2019, 1, 1)},
        {"provider": ""},
        {"model": ""},
        {"origin": "guess"},
        {"currency": "EUR"},
    ],
)
def test_the_database_refuses_what_is_no_price(fields: dict[str, Any]) -> None:
    assert refused(**fields)


def test_a_catalogue_price_belongs_to_no_project() -> None:
    assert refused(origin="catalog", project=make_project())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input_per_mtok", "9"),
        ("output_per_mtok", None),
        ("context_tiers", [{"above_input_tokens": 1}]),
        ("model", "acme-2"),
        ("variant", "flex"),
        ("valid_from", day(2021, 1, 1)),
        ("origin", "catalog"),
    ],
)
def test_a_recorded_price_is_never_edited(field: str, value: object) -> None:
    made = make_price()
    for price in (made, ModelPrice.objects.get()):
        setattr(price, field, value)
        with pytest.raises(FrozenPriceError):
            price.save()
    with pytest.raises(FrozenPriceError):
        ModelPrice.objects.update(**{field: value})


def test_tiers_changed_in_place_are_an_edit() -> None:
    price = make_price(context_tiers=[{"above_input_tokens": 10, "input_per_mtok": "6"}])
    price.context_tiers[0]["input_per_mtok"] = "0"
    with pytest.raises(FrozenPriceError):
        price.save()


def test_a_note_may_change_and_nothing_else_is_touched() -> None:
    price = make_price()
    price.refresh_from_db()
    price.note = "Agreed by mail"
    price.save()
    assert ModelPrice.objects.get().note == "Agreed by mail"


def test_a_version_ends_once() -> None:
    price = make_price()
    supersede_price(price=price, at=day(2026, 2, 1))
    assert ModelPrice.objects.get().valid_to == day(2026, 2, 1)
    with pytest.raises(ValidationError, match="has ended already, on 1 Feb 2026"):
        supersede_price(price=price, at=day(2026, 3, 1))
    price.valid_to = day(2026, 3, 1)
    with pytest.raises(FrozenPriceError):
        price.save()


def test_a_version_does_not_end_before_it_begins() -> None:
    price = make_price(valid_from=day(2026, 1, 1))
    with pytest.raises(ValidationError, match="begins only on 1 Jan 2026"):
        supersede_price(price=price, at=day(2026, 1, 1))


def test_a_new_override_ends_the_open_version_it_begins_inside() -> None:
    old = make_price(valid_from=day(2025, 1, 1))
    new = add_override(price=an_override(valid_from=day(2026, 1, 1)))
    old.refresh_from_db()
    assert (old.valid_to, new.valid_from, new.valid_to, new.origin) == (
        day(2026, 1, 1),
        day(2026, 1, 1),
        None,
        "override",
    )


def test_a_new_override_leaves_other_prices_open() -> None:
    project = make_project()
    others = [
        make_price(origin="catalog"),
        make_price(variant="flex"),
        make_price(project=project),
        make_price(model="acme-2"),
    ]
    add_override(price=an_override())
    assert [ModelPrice.objects.get(pk=other.pk).valid_to for other in others] == [None] * 4


def test_an_override_is_recorded_under_canonical_names() -> None:
    price = add_override(price=an_override(provider=" AWS.Bedrock ", model=" Acme-1 "))
    assert (price.provider, price.model) == ("bedrock", "acme-1")


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        (
            {"valid_from": day(2026, 2, 1)},
            "valid_from",
            "Another version holds from 1 Jan 2026 00:00 UTC until 1 Mar 2026 00:00 UTC. "
            "Begin this one after it, or end this one before it.",
        ),
        (
            {"valid_from": day(2025, 1, 1)},
            "valid_from",
            "Another version holds from 1 Jan 2026 00:00 UTC until 1 Mar 2026 00:00 UTC. "
            "Begin this one after it, or end this one before it.",
        ),
        (
            {"valid_from": day(2026, 5, 1)},
            "valid_from",
            "Another version holds from 1 May 2026 00:00 UTC until further notice. "
            "Begin this one after it, or end this one before it.",
        ),
        ({"valid_to": day(2025, 1, 1)}, "__all__", "The price must end after it begins."),
        ({"input_per_mtok": None}, "__all__", "Give at least one rate; 0 says that the model costs nothing."),
        ({"input_per_mtok": "-1"}, "__all__", "A price is not negative."),
        ({"context_tiers": {}}, "context_tiers", "Give a list of tiers."),
        ({"context_tiers": [7]}, "context_tiers", "Tier 1 is not an object."),
        (
            {"context_tiers": [{"above_input_tokens": 0, "input_per_mtok": "1"}]},
            "context_tiers",
            "Tier 1: “above_input_tokens” must be a whole number above 0.",
        ),
        (
            {"context_tiers": [{"above_input_tokens": tier, "input_per_mtok": "1"} for tier in (2000, 1000)]},
            "context_tiers",
            "Tier 2: “above_input_tokens” must be a whole number above 2,000.",
        ),
        ({"context_tiers": [{"above_input_tokens": 9}]}, "context_tiers", "Tier 1 changes no rate."),
        *(
            (
                {"context_tiers": [{"above_input_tokens": 9, "input_per_mtok": rate}]},
                "context_tiers",
                'Tier 1: “input_per_mtok” must be dollars as text, such as "6.00".',
            )
            for rate in (6, 6.5, "six", "-1", "NaN", "Infinity", None)
        ),
    ],
)
def test_a_faulty_override_is_refused_in_words(fields: dict[str, Any], field: str, message: str) -> None:
    make_price(valid_from=day(2026, 1, 1), valid_to=day(2026, 3, 1))
    make_price(valid_from=day(2026, 5, 1))
    before = periods()
    with pytest.raises(ValidationError) as refusal:
        add_override(price=an_override(**{"valid_from": day(2027, 1, 1), **fields}))
    assert refusal.value.message_dict == {field: [message]}
    assert periods() == before


def test_a_tier_names_known_rates() -> None:
    tiers = [{"above_input_tokens": 9, "inptu_per_mtok": "1"}]
    with pytest.raises(ValidationError, match="“inptu_per_mtok” is not one of input_per_mtok, cache_read"):
        add_override(price=an_override(context_tiers=tiers))


def test_a_lost_race_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    make_price(valid_from=day(2025, 1, 1))
    monkeypatch.setattr(ModelPrice, "full_clean", lambda self: None)
    monkeypatch.setattr(ModelPrice, "version_to_close", lambda self: None)
    with pytest.raises(ValidationError, match="Somebody else changed this price"):
        add_override(price=an_override())


def test_rates_keep_their_nanodollars() -> None:
    add_override(price=an_override(input_per_mtok="0.000000001"))
    assert ModelPrice.objects.get().input_per_mtok == Decimal("0.000000001")


def test_a_projects_prices_are_seen_by_those_who_see_the_project() -> None:
    project = make_project()
    general, own = make_price(), make_price(project=project)
    other = make_member(make_project())
    assert set(ModelPrice.objects.visible_to(make_owner())) == {general, own}
    assert set(ModelPrice.objects.visible_to(make_member(project))) == {general, own}
    assert set(ModelPrice.objects.visible_to(other)) == {general}
