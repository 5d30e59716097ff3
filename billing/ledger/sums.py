"""Adding ledger rows to the ladder of rollups."""

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.ledger.rows import columns_of
from billing.measures import Contribution, contribution
from billing.models import RollupZone, TokenUsage
from billing.rollups import LADDER, MEASURES, Rung
from core.bulk import add_to_sums, column_adapters
from core.ids import NIL, new_id
from core.zones import local_day, zone_info

_NOTHING: Contribution = (0,) * len(MEASURES)


def rung_model(rung: Rung) -> type[models.Model]:
    return apps.get_model("billing", rung.model_name)


def kept_zones() -> list[str]:
    """Zones that writers add to; asked before the batch's first row is written.

    On an empty ledger the configured zones are whole at once, and registered.

    Reading the register holds its shared lock until the end of the transaction: rebuild_rollups waits for it.
    """
    kept = _registered_zones()
    missing = [zone for zone in settings.REPORTING_TIME_ZONES if zone not in kept]
    if missing:
        if TokenUsage.objects.exists():
            # Another process may have registered them with its first batch, between our two questions.
            return _registered_zones()
        now = timezone.now()
        RollupZone.objects.bulk_create(
            [RollupZone(zone=zone, built_at=now) for zone in missing], ignore_conflicts=True
        )
        return [*kept, *missing]
    return kept


def _registered_zones() -> list[str]:
    return list(RollupZone.objects.values_list("zone", flat=True))


def add_to_rollups(
    *, zones: Iterable[str], added: Iterable[dict[str, Any]], removed: Iterable[TokenUsage]
) -> None:
    """Add the contributions of `added` ledger rows to every rung, and take away those of `removed` ones."""
    signed = [(row, contribution(row), 1) for row in added]
    signed += [(row, contribution(row), -1) for row in map(columns_of, removed)]
    signed = [entry for entry in signed if entry[1] != _NOTHING]
    infos = [(name, zone_info(name)) for name in zones]
    for rung in LADDER:
        _add_to_rung(rung, infos, signed)


def _add_to_rung(
    rung: Rung, zones: Sequence[tuple[str, ZoneInfo]], signed: list[tuple[dict[str, Any], Contribution, int]]
) -> None:
    sums: dict[tuple[Any, ...], list[int]] = {}
    for row, amounts, sign in signed:
        members = tuple(dimension_value(row, dimension) for dimension in rung.dimensions)
        for name, zone in zones:
            key = (name, local_day(row["occurred_at"], zone), *members)
            total = sums.setdefault(key, [0] * len(MEASURES))
            for position, amount in enumerate(amounts):
                total[position] += sign * amount
    model = rung_model(rung)
    adapters = column_adapters(model, rung.key)
    rows = sorted(
        ([adapt(value) for adapt, value in zip(adapters, key, strict=True)], total)
        for key, total in sums.items()
        if any(total)
    )
    [new_key] = column_adapters(model, ["id"])
    add_to_sums(model, rung.key, MEASURES, ([new_key(new_id()), *key, *total] for key, total in rows))


def dimension_value(row: dict[str, Any], dimension: str) -> Any:
    """What a ledger row says of a rung's dimension."""
    return (row["person_id"] or NIL) if dimension == "person_key" else row[dimension]
