"""Rows of an admin list as CSV: what its columns show, as values instead of markup."""

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.utils.text import slugify

from core.admin.changelist import filters_of
from core.csv_lines import CONTENT_TYPE, csv_line
from core.journal import Deed, journal
from core.markup import NOT_APPLICABLE

if TYPE_CHECKING:
    from core.admin.scoped import ScopedModelAdmin

_BATCH = 500


def csv_response(
    model_admin: "ScopedModelAdmin", request: HttpRequest, rows: QuerySet[Any]
) -> StreamingHttpResponse:
    """Streams `rows`, which the list has filtered and may show: a header, then a line for each."""
    response = StreamingHttpResponse(_lines(model_admin, request, rows), content_type=CONTENT_TYPE)
    name = slugify(str(model_admin.opts.verbose_name_plural))
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    patch_cache_control(response, private=True, no_store=True)
    opts, told = model_admin.opts, {"format": "csv", "rows": rows.count(), "filters": filters_of(request)}
    label = f"List of {opts.verbose_name_plural}"
    journal().note(Deed("exported", label=label, model=opts.label_lower, detail=told))
    return response


def _lines(model_admin: "ScopedModelAdmin", request: HttpRequest, rows: QuerySet[Any]) -> Iterator[str]:
    labels = {
        column: str(label_for_field(column, model_admin.model, model_admin))
        for column in model_admin.get_list_display(request)
    }
    # A column without a label is a link to the row's page.
    columns = [column for column, label in labels.items() if label]
    yield csv_line(["id", *(labels[column] for column in columns)])
    for row in _in_batches(model_admin, request, rows):
        yield csv_line([row.pk, *(_value(column, row, model_admin) for column in columns)])


def _in_batches(model_admin: "ScopedModelAdmin", request: HttpRequest, rows: QuerySet[Any]) -> Iterator[Any]:
    """The rows in their order, loaded some at a time: their annotations cost a subquery each."""
    ids: list[UUID] = []
    for pk in rows.values_list("pk", flat=True).iterator(chunk_size=_BATCH):
        ids.append(pk)
        if len(ids) == _BATCH:
            yield from _batch(model_admin, request, rows, ids)
            ids = []
    if ids:
        yield from _batch(model_admin, request, rows, ids)


def _batch(
    model_admin: "ScopedModelAdmin", request: HttpRequest, rows: QuerySet[Any], ids: Sequence[UUID]
) -> Iterator[Any]:
    loaded = {row.pk: row for row in rows.order_by().filter(pk__in=ids)}
    # One that was deleted meanwhile is left out.
    batch = [loaded[pk] for pk in ids if pk in loaded]
    model_admin.complete_rows(request, batch)
    yield from batch


def _value(column: Any, row: Any, model_admin: "ScopedModelAdmin") -> object:
    """What `column` says of `row` as it is stored; of a column that has markup alone, its words."""
    plain = getattr(column, "plain", None)
    if plain is not None:
        return plain(row)
    try:
        _, _, value = lookup_field(column, row, model_admin)
    except ObjectDoesNotExist:
        return None
    return words(value) if hasattr(value, "__html__") else value


class _Words(HTMLParser):
    """Gathers text; of elements that shorten or rewrite what they mean (<time>, a title) the meaning."""

    def __init__(self) -> None:
        super().__init__()
        self.gathered: list[str] = []
        self._skipped = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        meaning = given.get("datetime") or given.get("title")
        if meaning and not self._skipped:
            self.gathered.append(meaning)
            self._skipped = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skipped:
            self._skipped = ""

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.gathered.append(data)


def words(markup: Any) -> str:
    """The text of `markup`, unescaped; empty where it says that there is no figure."""
    if markup == NOT_APPLICABLE:
        return ""
    parser = _Words()
    parser.feed(str(markup))
    parser.close()
    return "".join(parser.gathered).strip()
