"""Making the rollups anew from the ledger, and proving that they agree with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from billing.ledger.sums import rung_model
from billing.measures import MEASURE_SQL
from billing.models import RollupZone, TokenUsage
from billing.rollups import LADDER, MEASURES, Rung
from core.bulk import add_to_sums, column_adapters, is_postgresql
from core.database import in_transaction
from core.ids import NIL, new_id
from core.zones import day_start, local_day, zone_info

_LEDGER_COLUMNS = {"person_key": "COALESCE(person_id, %s)"}
"""Dimensions that are not a ledger column of the same name."""

DayDone = Callable[[str, date], None]


@dataclass(frozen=True, slots=True)
class Drift:
    """A sum that differs: the rung, its key, the measure, what stands there and what the ledger says.

    Cost is in nanodollars.
    """

    rung: str
    zone: str
    day: date
    key: tuple[str, ...]
    measure: str
    rollup: int
    ledger: int


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How many days were compared, and each sum that differs."""

    zones: tuple[str, ...]
    days: int
    drifts: tuple[Drift, ...]


def rebuild_rollups(
    *,
    zones: list[str] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    on_day: DayDone | None = None,
) -> int:
    """Make the sums of the given zones and days anew; returns the number of days made.

    Without `zones`: those of REPORTING_TIME_ZONES; zones that are no longer there are dropped, new ones are
    filled over their whole history before reports read them. Each day is one transaction that waits for
    writers in flight and holds off others, so it is safe beside imports.
    """
    wanted = zones or list(settings.REPORTING_TIME_ZONES)
    known = {row.zone: row for row in RollupZone.objects.all()}
    if zones is None:
        for dropped in sorted(set(known) - set(wanted)):
            _drop_zone(dropped)
    made = 0
    for zone in wanted:
        is_whole = zone in known and known[zone].built_at is not None
        if zone not in known:
            _register(zone)
        span = _span(zone, first_day if is_whole else None, last_day if is_whole else None)
        for day in span:
            in_transaction(lambda zone=zone, day=day: _rebuild_day(zone, day))  # type: ignore[misc]
            made += 1
            if on_day:
                on_day(zone, day)
        RollupZone.objects.filter(zone=zone, built_at__isnull=True).update(built_at=timezone.now())
    return made


def check_rollups(
    *,
    zones: list[str] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    on_day: DayDone | None = None,
) -> CheckResult:
    """Compare every sum of every rung with the ledger. Safe beside imports: each comparison is one statement,
    so both sides are read in one snapshot."""
    checked = zones or list(RollupZone.objects.filter(built_at__isnull=False).values_list("zone", flat=True))
    drifts: list[Drift] = []
    days = 0
    for zone in checked:
        found: list[Drift] = []
        for day in _span(zone, first_day, last_day):
            days += 1
            for rung in LADDER:
                found.extend(_drifts(rung, zone, day))
            if on_day:
                on_day(zone, day)
        if first_day is None and last_day is None:
            RollupZone.objects.filter(zone=zone).update(checked_at=timezone.now(), drift=len(found))
        drifts.extend(found)
    return CheckResult(tuple(checked), days, tuple(drifts))


def _register(zone: str) -> None:
    zone_info(zone)
    in_transaction(lambda: RollupZone.objects.bulk_create([RollupZone(zone=zone)], ignore_conflicts=True))
    # Batches that read the register before this row stood there end before any day is counted.
    in_transaction(_hold_off_writers)


def _drop_zone(zone: str) -> None:
    def drop() -> None:
        _hold_off_writers()
        RollupZone.objects.filter(zone=zone).delete()
        for rung in LADDER:
            rung_model(rung)._default_manager.filter(zone=zone).delete()

    in_transaction(drop)


def _hold_off_writers() -> None:
    """Wait for batches in flight and keep others out until the transaction ends.

    Every writer reads the zone register before it adds to a rollup (`kept_zones`). On SQLite the write lock,
    taken at BEGIN IMMEDIATE, does the same.
    """
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{RollupZone._meta.db_table}" IN ACCESS EXCLUSIVE MODE')


def _span(zone: str, first_day: date | None, last_day: date | None) -> Iterator[date]:
    """The days, in order, on which the ledger or a rollup has something, cut to the given ones."""
    ledger = TokenUsage.objects.booked().aggregate(first=Min("occurred_at"), last=Max("occurred_at"))
    info = zone_info(zone)
    days = []
    for rung in LADDER:
        sums = rung_model(rung)._default_manager.filter(zone=zone)
        kept = sums.aggregate(first=Min("day"), last=Max("day"))
        days += [day for day in kept.values() if day is not None]
    days += [local_day(moment, info) for moment in ledger.values() if moment is not None]
    if not days:
        return
    day = max(min(days), first_day or date.min)
    last = min(max(days), last_day or date.max)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _rebuild_day(zone: str, day: date) -> None:
    _hold_off_writers()
    for rung in LADDER:
        model = rung_model(rung)
        model._default_manager.filter(zone=zone, day=day).delete()
        adapt_id, adapt_day = column_adapters(model, ["id", "day"])
        rows = (
            [adapt_id(new_id()), zone, adapt_day(day), *row]
            for row in _query(*_ledger_sums(rung, zone, day))
            if any(row[len(rung.dimensions) :])
        )
        add_to_sums(model, rung.key, MEASURES, rows)


def _ledger_sums(rung: Rung, zone: str, day: date, *, marked: bool = False) -> tuple[str, list[Any]]:
    """SQL and parameters for the ledger's sums of a day by the rung's dimensions; `marked`: 0 in front."""
    info = zone_info(zone)
    adapt_id, adapt_moment = column_adapters(TokenUsage, ["id", "occurred_at"])
    dimensions = [_LEDGER_COLUMNS.get(name, f'"{name}"') for name in rung.dimensions]
    parameters = [adapt_id(NIL) for column in dimensions if "%s" in column]
    first = 2 if marked else 1
    positions = ", ".join(str(number) for number in range(first, first + len(dimensions)))
    measures = ", ".join(MEASURE_SQL[measure] for measure in MEASURES)
    sql = (
        f"SELECT {'0, ' if marked else ''}{', '.join(dimensions)}, {measures} FROM billing_tokenusage"
        " WHERE superseded_by_id IS NULL AND occurred_at >= %s AND occurred_at < %s"
        f" GROUP BY {positions}"
    )
    bounds = [day_start(day, info), day_start(day + timedelta(days=1), info)]
    return sql, [*parameters, *map(adapt_moment, bounds)]


def _drifts(rung: Rung, zone: str, day: date) -> Iterator[Drift]:
    model = rung_model(rung)
    ledger_sql, parameters = _ledger_sums(rung, zone, day, marked=True)
    columns = ", ".join(f'"{name}"' for name in (*rung.dimensions, *MEASURES))
    rollup_sql = f'SELECT 1, {columns} FROM "{model._meta.db_table}" WHERE zone = %s AND day = %s'
    [adapt_day] = column_adapters(model, ["day"])
    sides: tuple[dict[tuple[Any, ...], tuple[int, ...]], ...] = ({}, {})
    width = len(rung.dimensions)
    for side, *values in _query(f"{ledger_sql} UNION ALL {rollup_sql}", [*parameters, zone, adapt_day(day)]):
        sides[side][tuple(values[:width])] = tuple(values[width:])
    ledger, rollup = sides
    nothing = (0,) * len(MEASURES)
    for key in sorted(ledger.keys() | rollup.keys(), key=str):
        pairs = zip(MEASURES, rollup.get(key, nothing), ledger.get(key, nothing), strict=True)
        for measure, stands, should in pairs:
            if stands != should:
                yield Drift(rung.model_name, zone, day, tuple(map(str, key)), measure, stands, should)


def _query(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
