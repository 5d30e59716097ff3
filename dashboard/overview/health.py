"""Whether the figures can be trusted: checked rollups, fresh events, known prices."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from accounts.models import User
from billing.models import DailyProjectUsage, ModelPrice, RollupZone, TokenUsage
from billing.pricing.catalog import CATALOG_VERSION
from billing.reports.plan import is_kept
from core.zones import day_start, default_zone, zone_info


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
    """When the newest call that the user may see ended.

    Members' last day is looked up first: without it, the index of all projects' times would be walked to its
    end where none of theirs has a call.
    """
    calls = TokenUsage.objects.visible_to(user)
    zone = default_zone()
    if not user.sees_all_projects and is_kept(zone):
        days = DailyProjectUsage.objects.visible_to(user).filter(zone=zone)
        day = days.aggregate(last=Max("day"))["last"]
        if day is None:
            return None
        calls = calls.filter(occurred_at__gte=day_start(day, zone_info(zone)))
    newest = calls.order_by("-occurred_at").values("occurred_at").first()
    return newest["occurred_at"] if newest else None
