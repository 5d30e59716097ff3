"""Whether the figures can be trusted: checked rollups, fresh events, known prices."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from billing.models import ModelPrice, RollupZone, TokenUsage
from billing.pricing.catalog import CATALOG_VERSION


@dataclass(frozen=True, slots=True)
class Health:
    """`is_kept` False: the zone has no rollups, its reports read the ledger itself. `checked_at` None: nobody
    has compared them with the ledger yet."""

    is_kept: bool
    checked_at: datetime | None
    drift: int
    last_event_at: datetime | None
    catalog: str
    overrides: int


def read_health(user: User, zone: str, now: datetime) -> Health:
    kept = RollupZone.objects.visible_to(user).filter(zone=zone, built_at__isnull=False).first()
    in_force = Q(valid_from__lte=now) & (Q(valid_to__isnull=True) | Q(valid_to__gt=now))
    overrides = ModelPrice.objects.visible_to(user).filter(in_force, origin=ModelPrice.Origin.OVERRIDE)
    return Health(
        kept is not None,
        kept.checked_at if kept else None,
        kept.drift if kept else 0,
        last_event_at(user),
        CATALOG_VERSION,
        overrides.count(),
    )


def last_event_at(user: User) -> datetime | None:
    """When the newest call that the user may see ended."""
    newest = (
        TokenUsage.objects.visible_to(user).order_by("-occurred_at").values_list("occurred_at", flat=True)
    )
    found: datetime | None = newest.first()
    return found
