"""A report's flat rows as a tree: buckets, then dimensions, each group with its own sums."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts.models import User
from billing.pages.sums import summed
from billing.reports.build import build_report
from billing.reports.query import Dimension
from billing.reports.report import Bucket, Member, Report, Row, Sums

Place = tuple[datetime | None, tuple[str, ...]]
"""Where a group stands: its bucket's start and the keys of its members."""

Known = Mapping[Place, tuple[Sums, Sums | None]]
SortKey = Callable[["Node"], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Node:
    """A group (with `children`) or a row of the report. `members` lead to it from the first dimension on."""

    members: tuple[Member, ...]
    bucket: Bucket | None
    sums: Sums
    previous: Sums | None
    children: tuple["Node", ...] = ()

    @property
    def label(self) -> str:
        if self.members:
            return self.members[-1].label
        return self.bucket.label if self.bucket else ""


def build_tree(report: Report, *, user: User | None) -> tuple[Node, ...]:
    """The rows under their groups, in the report's order."""
    known = _known_sums(report, user)
    return _level(report.rows, 0 if report.query.interval is None else -1, len(report.dimensions), known)


def sorted_tree(nodes: tuple[Node, ...], key: SortKey, *, reverse: bool = False) -> tuple[Node, ...]:
    """The same tree in another order, level by level; buckets keep theirs."""
    ordered = [replace(node, children=sorted_tree(node.children, key, reverse=reverse)) for node in nodes]
    if all(node.members for node in ordered):
        ordered.sort(key=key, reverse=reverse)
    return tuple(ordered)


def _level(rows: tuple[Row, ...], depth: int, deepest: int, known: Known) -> tuple[Node, ...]:
    """The nodes of `rows` at a depth: -1 buckets, then the dimensions."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        group = row.members[depth].key if depth >= 0 else row.bucket and row.bucket.start
        groups.setdefault(group, []).append(row)
    nodes = []
    for members in groups.values():
        first = members[0]
        if depth + 1 == deepest:
            nodes.append(Node(first.members, first.bucket, first.sums, first.previous))
            continue
        path = first.members[: depth + 1]
        children = _level(tuple(members), depth + 1, deepest, known)
        place = _place(first.bucket, path)
        sums, previous = known[place] if place in known else (summed(child.sums for child in children), None)
        nodes.append(Node(path, first.bucket, sums, previous, children))
    return tuple(nodes)


def _known_sums(report: Report, user: User | None) -> Known:
    """The sums of groups where adding up rows would mislead.

    A row that was there only in the period before is in no row of this one, and a call with several tags is
    in several: then a group's figures come from a report of its own.
    """
    known: dict[Place, tuple[Sums, Sums | None]] = {}
    query = report.query
    if query.interval is not None:
        before = report.previous_points or (None,) * len(report.buckets)
        for bucket, sums, previous in zip(report.buckets, report.points, before, strict=True):
            known[_place(bucket, ())] = sums, previous
    for depth in range(1, len(query.group_by)):
        if not query.compare and Dimension.TAG not in query.group_by[depth:]:
            continue
        groups = build_report(
            replace(query, group_by=query.group_by[:depth]), user=user, now=report.generated_at
        )
        for row in groups.rows:
            known[_place(row.bucket, row.members)] = row.sums, row.previous
    return known


def _place(bucket: Bucket | None, members: tuple[Member, ...]) -> Place:
    return bucket.start if bucket else None, tuple(member.key for member in members)
