"""Changes to the price book by people."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.audit.record import record
from accounts.models.audit import AuditAction
from billing.models import ModelPrice
from billing.pricing.providers import canonical_provider
from core.database import in_transaction
from core.journal import given_values


def add_override(*, price: ModelPrice) -> ModelPrice:
    """Record an unsaved `price` as an override; an open version that it begins inside ends where it begins.

    Raises ValidationError, by field, when a rule is broken. Calls that are booked keep their cost.
    """
    price.origin = ModelPrice.Origin.OVERRIDE
    price.provider = canonical_provider(price.provider)
    try:
        in_transaction(lambda: _record(price))
    except IntegrityError as error:
        raise ValidationError(
            "Somebody else changed this price in the same moment: look at its versions again."
        ) from error
    return price


def supersede_price(*, price: ModelPrice, at: datetime) -> None:
    """End an open version `at` that moment; raises ValidationError when it has ended or begins later."""
    if price.valid_to is not None:
        raise ValidationError({"valid_to": f"This version has ended already, on {price.valid_to:%-d %b %Y}."})
    if at <= price.valid_from:
        raise ValidationError({"valid_to": f"This version begins only on {price.valid_from:%-d %b %Y}."})
    price.valid_to = at
    price.save(update_fields=["valid_to", "updated_at"])


def _record(price: ModelPrice) -> None:
    price.full_clean()
    superseded = price.version_to_close()
    if superseded is not None:
        supersede_price(price=superseded, at=price.valid_from)
    price.save(force_insert=True)
    if superseded is not None:
        ended = {"valid_to": superseded.valid_to}
        record(AuditAction.CHANGED, superseded, before={"valid_to": None}, after=ended)
    record(AuditAction.ADDED, price, after=given_values(price))
