"""From groups to rows, points and series: additions in Python over what SQL has summed."""

from collections.abc import Collection, Iterator
from itertools import product

from billing.reports.amounts import COST, NOTHING, Amounts, added, total
from billing.reports.reading import Groups

RowKey = tuple[tuple[str, ...], int]
"""A row's key of each dimension, and its bucket's number."""


def row_amounts(groups: Groups, wanted_tags: Collection[str] = ()) -> dict[RowKey, Amounts]:
    """Sums by row. A call with several tags is in the row of each: of `wanted_tags` alone, if any."""
    rows: dict[RowKey, Amounts] = {}
    for (keys, bucket), amounts in groups.items():
        for members in product(*keys if not wanted_tags else (_wanted(tags, wanted_tags) for tags in keys)):
            key = members, bucket
            rows[key] = added(rows[key], amounts) if key in rows else amounts
    return rows


def _wanted(keys: tuple[str, ...], wanted_tags: Collection[str]) -> tuple[str, ...]:
    return keys if len(keys) == 1 else tuple(key for key in keys if key in wanted_tags)


def point_amounts(groups: Groups, buckets: int) -> list[Amounts]:
    """Sums by bucket, every call once."""
    points = [NOTHING] * buckets
    for (_, bucket), amounts in groups.items():
        points[bucket] = added(points[bucket], amounts)
    return points


def first_members(rows: dict[RowKey, Amounts]) -> list[str]:
    """Keys of the first dimension, the most expensive first; among equals the busiest, then by name."""
    sums: dict[str, Amounts] = {}
    for (keys, _), amounts in rows.items():
        sums[keys[0]] = added(sums[keys[0]], amounts) if keys[0] in sums else amounts
    return sorted(sums, key=lambda key: (-sums[key][COST], -sums[key][0], key))


def member_points(
    rows: dict[RowKey, Amounts], members: list[str], buckets: int
) -> Iterator[tuple[str, list[Amounts]]]:
    """The first dimension's `members`, each with its sums by bucket; all others under "", if any."""
    lines: dict[str, dict[int, list[Amounts]]] = {member: {} for member in members}
    for (keys, bucket), amounts in rows.items():
        line = keys[0] if keys[0] in lines else ""
        lines.setdefault(line, {}).setdefault(bucket, []).append(amounts)
    for line, points in lines.items():
        yield line, [total(points.get(bucket, ())) for bucket in range(buckets)]
