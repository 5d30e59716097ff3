"""Dollars in Python, integer nanodollars in the database."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from billing.models import ModelPrice
from core.fields import NanoUsdField, from_nanos, to_nanos
from tests.factories import make_price


def test_dollars_become_nanodollars_and_come_back() -> None:
    assert to_nanos(Decimal("0.032798400")) == 32_798_400
    assert str(from_nanos(32_798_400)) == "0.032798400"
    assert from_nanos(to_nanos(Decimal("-7.000000001"))) == Decimal("-7.000000001")


def test_half_a_nanodollar_rounds_to_even() -> None:
    assert [to_nanos(Decimal(text)) for text in ("0.0000000005", "0.0000000015", "0.0000000025")] == [0, 2, 2]


@pytest.mark.django_db
def test_the_column_holds_an_integer() -> None:
    price = make_price(input_per_mtok=Decimal("0.0375"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT input_per_mtok FROM billing_modelprice")
        assert cursor.fetchone() == (37_500_000,)
    assert ModelPrice.objects.get(input_per_mtok="0.0375").pk == price.pk
    assert ModelPrice.objects.get().input_per_mtok == Decimal("0.037500000")


@pytest.mark.parametrize("value", [0.1, "twelve", Decimal("NaN"), Decimal("Infinity"), Decimal("1e10")])
def test_what_is_no_exact_amount_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        NanoUsdField().to_python(value)


def test_unknown_is_null_and_not_zero() -> None:
    field = NanoUsdField(null=True, blank=True)
    assert (field.get_prep_value(None), field.to_python(""), field.get_prep_value(Decimal(0))) == (
        None,
        None,
        0,
    )
