"""The shape of ModelPrice.context_tiers."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError


def validate_context_tiers(tiers: Any, rates: Sequence[str]) -> None:
    """Raise ValidationError, under the field's name, unless `tiers` is a list of sound tiers, ascending."""
    if not isinstance(tiers, list):
        raise _fault("Give a list of tiers.")
    reached = 0
    for number, tier in enumerate(tiers, 1):
        if not isinstance(tier, dict):
            raise _fault(f"Tier {number} is not an object.")
        above = tier.get("above_input_tokens")
        if type(above) is not int or above <= reached:
            raise _fault(f"Tier {number}: “above_input_tokens” must be a whole number above {reached:,}.")
        reached = above
        if len(tier) == 1:
            raise _fault(f"Tier {number} changes no rate.")
        for name, rate in tier.items():
            if name != "above_input_tokens":
                _validate_rate(number, name, rate, rates)


def _validate_rate(number: int, name: str, rate: Any, rates: Sequence[str]) -> None:
    if name not in rates:
        raise _fault(f"Tier {number}: “{name}” is not one of {', '.join(rates)}.")
    try:
        dollars = Decimal(rate) if isinstance(rate, str) else Decimal("NaN")
    except InvalidOperation:
        dollars = Decimal("NaN")
    if not dollars.is_finite() or not 0 <= dollars < 10**9:
        raise _fault(f'Tier {number}: “{name}” must be dollars as text, such as "6.00".')


def _fault(message: str) -> ValidationError:
    return ValidationError({"context_tiers": message})
