"""The list of a ScopedModelAdmin."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

_PLACES = frozenset({"p", "o", "all", "e"})
"""Parameters that say where one stands in a list, not which rows it holds."""


class ScopedChangeList(ChangeList):
    """Hands the filtered rows to the admin class, which loads what its columns show."""

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        return self.model_admin.list_rows(request, rows)  # type: ignore[attr-defined,no-any-return]

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.model_admin.complete_rows(request, list(self.result_list))  # type: ignore[attr-defined]
        if not set(request.GET) - _PLACES:
            # Nothing is filtered: with no full count to compare, the stock page would offer "Show all".
            self.full_result_count = self.result_count


def filters_of(request: HttpRequest) -> dict[str, str | list[str]]:
    """By which filters and words a list was narrowed, for the journal: where they differ, the rows do."""
    given = ((name, values) for name, values in request.GET.lists() if name not in _PLACES)
    return {name: values if len(values) > 1 else values[0] for name, values in given}
