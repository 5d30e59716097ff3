"""Words are looked for in the newest rows: a LIKE over all of a large table would read it from end to end."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin.scoped import ScopedModelAdmin

SEARCHED = 10_000


def search_help(what: str) -> str:
    return f"Part of {what} among the newest {SEARCHED:,}, or an id"


class NewestSearchAdmin(ScopedModelAdmin):
    """Compares `search_fields` with the words in the rows that the list begins with."""

    def search_words(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        newest = self.visible(request).order_by(*self.get_ordering(request)).values("pk")[:SEARCHED]
        return super().search_words(request, queryset.filter(pk__in=newest), term)
