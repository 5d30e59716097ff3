"""Columns of admin lists and rows of read-only pages, as callables for `list_display` and `readonly_fields`.

A column can be sorted only when it is given `order`; give it to columns that an index begins with. The names
end in _usd, _tokens, _count or _ms where the style sheet puts figures to the right.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeAlias

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.html import format_html

from core.admin.links import change_link
from core.markup import NOT_APPLICABLE, UNPRICED
from core.moments import day, moment, moment_seconds
from core.templatetags import format as figures

Column: TypeAlias = Any
"""A function of a row. Any, because the stubs type `fields` and `readonly_fields` as names alone."""


def column(
    name: str,
    read: Callable[[Any], Any],
    label: str,
    order: str | None = None,
    plain: Callable[[Any], Any] | None = None,
) -> Column:
    """`read` under a name of its own, which becomes the cell's class (field-NAME).

    `plain` gives the value without markup, for files; where it is missing they take the words of `read`.
    """

    def show(obj: Any) -> Any:
        return read(obj)

    show.__name__ = name
    if plain is not None:
        show.plain = plain  # type: ignore[attr-defined]
    return admin.display(description=label, ordering=order)(show)


def _label(field: str) -> str:
    return field.replace("_", " ")


def related_object(obj: models.Model, field: str) -> models.Model | None:
    """The object behind a foreign key, if the reader may see it.

    ScopedModelAdmin loads these through `visible_to` for a whole page; one that it did not load is an error
    here (KeyError), not a query for each row.
    """
    try:
        loaded: models.Model | None = obj._meta.get_field(field).get_cached_value(obj)  # type: ignore[union-attr]
    except ObjectDoesNotExist:
        return None
    return loaded


def linked(field: str, label: str = "", order: str | None = None) -> Column:
    """A foreign key as a link to its admin page; – when there is none or the reader may not see it."""

    def read(obj: Any) -> str:
        other = related_object(obj, field)
        return NOT_APPLICABLE if other is None else change_link(other, shortened(str(other)))

    return column(field, read, label or _label(field), order, lambda obj: related_object(obj, field))


SHORT = 60
"""Letters of a long text that a row of a list has room for."""


def shortened(words: str) -> str:
    """At most 60 letters, all of them in the title."""
    if len(words) <= SHORT:
        return words
    return format_html('<span title="{}">{}…</span>', words, words[: SHORT - 1].rstrip())


def text(field: str, label: str = "", order: str | None = None) -> Column:
    """Words as they stand; – for none."""
    plain = attrgetter(field)
    return column(field, lambda obj: plain(obj) or NOT_APPLICABLE, label or _label(field), order, plain)


def short_text(field: str, label: str = "", order: str | None = None) -> Column:
    """The same, shortened to what a list has room for."""
    plain = attrgetter(field)

    def read(obj: Any) -> str:
        return shortened(plain(obj)) or NOT_APPLICABLE

    return column(field, read, label or _label(field), order, plain)


def time(field: str, label: str = "", order: str | None = None, *, seconds: bool = False) -> Column:
    show = moment_seconds if seconds else moment
    plain = attrgetter(field)
    return column(field, lambda obj: show(plain(obj)), label or _label(field), order, plain)


def date(field: str, label: str = "", order: str | None = None) -> Column:
    plain = attrgetter(field)
    return column(field, lambda obj: day(plain(obj)), label or _label(field), order, plain)


def money(field: str, label: str = "", *, decimals: int = 4, unknown: str | None = None) -> Column:
    """Dollars with 2, 4 or 9 decimals; `unknown` stands for None instead of "unpriced"."""
    show = {2: figures.money, 4: figures.money4, 9: figures.money9}[decimals]

    def read(obj: Any) -> str:
        dollars = getattr(obj, field)
        return unknown if dollars is None and unknown is not None else show(dollars)

    return column(f"{field}_usd", read, label or f"{_label(field)}, USD", plain=attrgetter(field))


def spent(known: Decimal, unpriced: int | None, show: Callable[[Decimal | None], str]) -> str:
    """Dollars, with the mark beside them when parts are unpriced; the mark alone when nothing is known."""
    if not unpriced:
        return show(known)
    return format_html("{} {}", show(known), UNPRICED) if known else UNPRICED


def tokens(field: str, label: str = "") -> Column:
    """Tokens to the last one: where people compare calls, "1.2 M" is not enough."""
    plain = attrgetter(field)
    return column(field, lambda obj: figures.count(plain(obj)), label or _label(field), plain=plain)


def count(field: str, label: str = "", order: str | None = None) -> Column:
    plain = attrgetter(field)
    return column(
        f"{field}_count", lambda obj: figures.count(plain(obj)), label or _label(field), order, plain
    )


def milliseconds(field: str, label: str = "") -> Column:
    plain = attrgetter(field)
    return column(field, lambda obj: figures.duration_ms(plain(obj)), label or _label(field), plain=plain)


def side_by_side(fields: Sequence[Any], width: int = 2) -> tuple[tuple[Any, ...], ...]:
    """Rows of a page that shows several short fields, `width` to a row."""
    return tuple(tuple(fields[start : start + width]) for start in range(0, len(fields), width))


def flag(field: str, label: str = "") -> Column:
    """Yes or no, as a tick or a cross."""

    @admin.display(description=label or _label(field), boolean=True)
    def show(obj: Any) -> bool:
        return bool(getattr(obj, field))

    show.__name__ = field
    show.plain = attrgetter(field)  # type: ignore[attr-defined]
    return show


def provider(field: str = "provider", order: str | None = None) -> Column:
    """The provider's name beside its colour."""

    def read(obj: Any) -> str:
        slug = getattr(obj, field)
        return format_html(
            '<span class="named"><span class="swatch {}"></span>{}</span>',
            figures.provider_class(slug),
            figures.provider_name(slug),
        )

    return column(field, read, "provider", order, attrgetter(field))


def badge(label: str, kind: str = "") -> str:
    """A small tag; `kind` is ok, warn, danger or info, or nothing for a grey one."""
    return format_html('<span class="badge{}">{}</span>', f" badge--{kind}" if kind else "", label)


def badges(field: str, kinds: Mapping[str, str], label: str = "") -> Column:
    """A field with choices as a badge, coloured by its value; of a long choice the part before the colon."""

    def read(obj: Any) -> str:
        value = getattr(obj, field)
        words = str(getattr(obj, f"get_{field}_display")()).partition(":")[0]
        return badge(words, kinds.get(value, "")) if value else NOT_APPLICABLE

    return column(field, read, label or _label(field), plain=attrgetter(field))


def preformatted(field: str, label: str = "") -> Column:
    """Text with its line breaks, escaped; anything but text as indented JSON."""

    def read(obj: Any) -> str:
        value = getattr(obj, field)
        if not value:
            return NOT_APPLICABLE
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        return format_html('<pre class="code">{}</pre>', shown)

    return column(field, read, label or _label(field))
