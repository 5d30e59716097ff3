"""Columns of ours: money as integer nanodollars, and the time of the last change."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst

NANOS = 1_000_000_000
_ONE_NANO = Decimal(1).scaleb(-9)
MAX_NANOS = 2**63 - 1


def to_nanos(dollars: Decimal) -> int:
    """Integer nanodollars of `dollars`, rounded half to even at the ninth decimal."""
    return int((dollars * NANOS).to_integral_value(rounding=ROUND_HALF_EVEN))


def from_nanos(nanos: int) -> Decimal:
    """Dollars with nine decimals: 32_798_400 → Decimal("0.032798400")."""
    return Decimal(nanos) * _ONE_NANO


class NanoUsdField(models.BigIntegerField):  # type: ignore[type-arg]
    """US dollars as `Decimal` in Python and as integer nanodollars (10⁻⁹ USD) in a bigint column.

    Null means unknown, never zero. Floats are refused: they are not exact. Range: ±9.2 billion dollars.
    """

    description = "US dollars, exact to the nanodollar"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else from_nanos(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        if isinstance(value, float):
            raise ValidationError("Money is never a float: pass a Decimal or a string.", code="float")
        try:
            dollars = Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            raise ValidationError(
                "“%(value)s” is not an amount.", code="invalid", params={"value": value}
            ) from None
        if not dollars.is_finite() or abs(dollars * NANOS) > MAX_NANOS:
            raise ValidationError("“%(value)s” is out of range.", code="range", params={"value": value})
        return dollars

    def get_prep_value(self, value: Any) -> int | None:
        if hasattr(value, "resolve_expression"):
            return value  # type: ignore[no-any-return]
        dollars = self.to_python(value)
        return None if dollars is None else to_nanos(dollars)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        from django.forms import DecimalField

        return DecimalField(
            max_digits=19,
            decimal_places=9,
            required=not (self.blank or self.null),
            label=kwargs.get("label") or capfirst(self.verbose_name),
            help_text=kwargs.get("help_text", self.help_text),
        )

    @property
    def validators(self) -> list[Any]:
        return []


class ChangedAtField(models.DateTimeField):  # type: ignore[type-arg]
    """The time of the last change: set by every save, but kept as given when the row is made.

    An imported row keeps the time at which its source changed it last.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": timezone.now, "editable": False, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if not add:
            setattr(model_instance, self.attname, timezone.now())
        return super().pre_save(model_instance, add)
