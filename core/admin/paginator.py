"""Counting that stops: a page of a table of millions does not pay for counting them."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class AtLeast(int):
    """A count that stopped at its cap: reads "10,000+"."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most `cap` rows and reaches no further: past it, people narrow the list by a filter.

    So neither COUNT nor OFFSET ever walks more than `cap` rows of the result.
    """

    cap = 10_000
    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        # values("pk") drops annotations, which a sliced count would otherwise compute for each row.
        counted = self.object_list.order_by().values("pk")[: self.cap + 1].count()
        return AtLeast(self.cap) if counted > self.cap else counted
