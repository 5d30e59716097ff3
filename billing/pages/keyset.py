"""Pages of the ledger by key, newest first: the thousandth page costs what the first does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.models import TokenUsage
from billing.pages.links import moment_param

SIZE = 50


@dataclass(frozen=True, slots=True)
class Cursor:
    """A row's place in the order. In an address: "2026-11-19T08:51:07.123456Z_<id>"."""

    occurred_at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{moment_param(self.occurred_at)}_{self.id}"


def read_moment(text: str) -> datetime | None:
    """An aware moment of an address; None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def read_cursor(text: str) -> Cursor | None:
    moment_text, _, id_text = text.partition("_")
    moment = read_moment(moment_text)
    try:
        return Cursor(moment, UUID(id_text)) if moment else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows newest first, with the cursors of the pages beside; None where there is nothing more."""

    rows: Sequence[TokenUsage]
    newer: Cursor | None
    older: Cursor | None


def read_slice(rows: "QuerySet[Any]", *, before: Cursor | None, after: Cursor | None) -> Slice:
    """The page of `rows` older than `before`, or newer than `after`, or the newest one."""
    if after is not None:
        newer = _beside(rows, after, "gt").order_by("occurred_at", "id")
        found = list(newer[: SIZE + 1])
        page = found[:SIZE][::-1]
        if page:
            return Slice(page, _cursor(page[0]) if len(found) > SIZE else None, _cursor(page[-1]))
        before = None
    older = rows if before is None else _beside(rows, before, "lt")
    found = list(older.order_by("-occurred_at", "-id")[: SIZE + 1])
    page = found[:SIZE]
    return Slice(
        page,
        _cursor(page[0]) if page and before is not None else None,
        _cursor(page[-1]) if len(found) > SIZE else None,
    )


def _beside(rows: "QuerySet[Any]", cursor: Cursor, side: str) -> "QuerySet[Any]":
    # The first condition alone bounds the walk through the index.
    return rows.filter(**{f"occurred_at__{side}e": cursor.occurred_at}).filter(
        Q(**{f"occurred_at__{side}": cursor.occurred_at})
        | Q(**{"occurred_at": cursor.occurred_at, f"id__{side}": cursor.id})
    )


def _cursor(row: TokenUsage) -> Cursor:
    return Cursor(row.occurred_at, row.pk)
