"""Pages of a growing table by key, newest first: the thousandth page costs what the first does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core.days import EARLIEST, LATEST


@dataclass(frozen=True, slots=True)
class Cursor:
    """A row's place in the order. In an address: "2026-11-19T08:51:07.123456Z_<id>"."""

    moment: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{self.id}"


def read_moment(text: str) -> datetime | None:
    """An aware moment of an address; None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo and EARLIEST <= moment.date() <= LATEST else None


def read_cursor(text: str) -> Cursor | None:
    """The place that an address names; None when it names none."""
    moment_text, _, id_text = text.partition("_")
    moment = read_moment(moment_text)
    try:
        return Cursor(moment, UUID(id_text)) if moment else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows newest first, with the cursors of the pages beside; None where there is nothing more."""

    rows: Sequence[Any]
    newer: Cursor | None
    older: Cursor | None


def read_slice(
    rows: "QuerySet[Any]", field: str, *, size: int, before: Cursor | None, after: Cursor | None
) -> Slice:
    """The page of `rows` older than `before`, or newer than `after`, or the newest one; ordered by `field`.

    An index begins with `field` and the id.
    """
    if after is not None:
        found = list(_beside(rows, field, after, "gt").order_by(field, "id")[: size + 1])
        page = found[:size][::-1]
        if page:
            newer = _cursor(page[0], field) if len(found) > size else None
            return Slice(page, newer, _cursor(page[-1], field))
        before = None
    older = rows if before is None else _beside(rows, field, before, "lt")
    found = list(older.order_by(f"-{field}", "-id")[: size + 1])
    page = found[:size]
    return Slice(
        page,
        _cursor(page[0], field) if page and before is not None else None,
        _cursor(page[-1], field) if len(found) > size else None,
    )


def _beside(rows: "QuerySet[Any]", field: str, cursor: Cursor, side: str) -> "QuerySet[Any]":
    # The first condition alone bounds the walk through the index.
    return rows.filter(**{f"{field}__{side}e": cursor.moment}).filter(
        Q(**{f"{field}__{side}": cursor.moment}) | Q(**{field: cursor.moment, f"id__{side}": cursor.id})
    )


def _cursor(row: Any, field: str) -> Cursor:
    return Cursor(getattr(row, field), row.pk)
