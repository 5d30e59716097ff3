"""Rates as people read them."""

from decimal import Decimal

from core.markup import NOT_APPLICABLE
from core.numbers import money_text


def rate_text(rate: Decimal | None) -> str:
    """ "$3.00", "$0.075": at least cents, and every decimal that the rate has; – for none."""
    if rate is None:
        return NOT_APPLICABLE
    exponent = rate.normalize().as_tuple().exponent
    return money_text(rate, max(2, -exponent if isinstance(exponent, int) else 2))
