"""Figures, times, providers and icons in templates. Unknown is never 0: it reads "unpriced" or a dimmed –."""

from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.markup import NOT_APPLICABLE, UNPRICED, ZERO
from core.moments import ago, clock, day, moment, moment_seconds
from core.numbers import (
    Number,
    count_text,
    duration_text,
    exact_money_text,
    money_text,
    percent_text,
    tokens_text,
)
from core.providers import provider_colour, provider_label

register = template.Library()

for function in (moment, moment_seconds, clock, ago, day):
    register.filter(function)


def _money(dollars: Decimal | None, decimals: int) -> str:
    if dollars is None:
        return UNPRICED
    return money_text(dollars, decimals) if dollars else ZERO


@register.filter
def money(dollars: Decimal | None) -> str:
    """Cents, for lists: "$3,125.51"."""
    return _money(dollars, 2)


@register.filter
def money4(dollars: Decimal | None) -> str:
    """Four decimals, for one call: "$0.0328"."""
    return _money(dollars, 4)


@register.filter
def money9(dollars: Decimal | None) -> str:
    """Nine decimals, where the arithmetic is shown: "$0.032798400"."""
    return _money(dollars, 9)


@register.filter
def money_exact(dollars: Decimal) -> str:
    """At least cents and every decimal, for rates: "$0.075"."""
    return exact_money_text(dollars)


@register.filter
def delta_money(dollars: Decimal | None) -> str:
    """A change in dollars with its sign: "+$869.00"; – when it is not known."""
    if dollars is None:
        return NOT_APPLICABLE
    return format_html('<span class="delta">{}</span>', money_text(dollars, signed=True))


@register.filter
def tokens(number: int | None) -> str:
    """ "10.11 B", "531.8 M", "18,420"; – when the source does not know."""
    if number is None:
        return NOT_APPLICABLE
    return tokens_text(number) if number else ZERO


@register.filter
def count(number: Number | None) -> str:
    """ "865,429"; – when it is not known."""
    if number is None:
        return NOT_APPLICABLE
    return count_text(number) if number else ZERO


@register.filter
def percent(fraction: Number | None, decimals: int = 1) -> str:
    """A fraction as percent, one decimal unless told: 0.327 → "32.7 %"; – when there is none."""
    return NOT_APPLICABLE if fraction is None else percent_text(fraction, int(decimals))


_ABSENT: Any = object()


@register.filter
def delta_percent(value: Number | None, previous: Number | None = _ABSENT) -> str:
    """A change: `now|delta_percent:before`, or a fraction alone: 0.152 → "+15.2 %".

    Grey, since more is neither good nor bad; – when either is unknown or there was nothing before.
    """
    if value is None or previous is None or (previous is not _ABSENT and not previous):
        return NOT_APPLICABLE
    fraction = value if previous is _ABSENT else Decimal(value) / Decimal(previous) - 1
    return format_html('<span class="delta">{}</span>', percent_text(fraction, signed=True))


@register.filter
def duration_ms(milliseconds: Number | None) -> str:
    """ "3.1 s"; – when it is not known."""
    return NOT_APPLICABLE if milliseconds is None else duration_text(milliseconds)


@register.filter
def provider_name(slug: str) -> str:
    """ "openai" → "OpenAI"."""
    return provider_label(slug)


@register.filter
def provider_class(slug: str) -> str:
    """ "is-openai", the class that gives swatches, bars and avatars the provider's colour."""
    return f"is-{provider_colour(slug)}"


@register.simple_tag
def icon(name: str, modifier: str = "") -> SafeString:
    """`{% icon "tag" %}`, `{% icon "down" "sm" %}`: a symbol of img/icons.svg in the text's colour."""
    classes = f"icon icon--{modifier}" if modifier else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        classes,
        static("img/icons.svg"),
        name,
    )
