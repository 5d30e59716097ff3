"""The filters of a usage page as chips: what is kept, and forms for keeping something else."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Person
from billing.pages.asking import Asked
from billing.pages.links import here_url
from billing.pages.wording import INTERVALS, dimension_name
from billing.reports.address import filtered, query_params
from billing.reports.limits import MAX_DIMENSIONS
from billing.reports.query import Dimension, UsageQuery
from chat.models import Conversation
from core.ids import NIL
from core.providers import provider_label

_LISTED = (Dimension.PROJECT, Dimension.PROVIDER, Dimension.MODEL, Dimension.ENVIRONMENT)
_LISTED_UNDER_MORE = (Dimension.REQUEST_TYPE, Dimension.STATUS)
"""Dimensions whose values a form lists as check boxes."""

_TYPED = (Dimension.AGENT, Dimension.TAG, Dimension.SOURCE)
"""Dimensions whose value is typed. People and conversations are chosen by their rows in a report."""

_NAMED_AT_MOST = 3

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """ "Environment is production, staging"; `url` is the page without it."""

    name: str
    values: str
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Check boxes of the parameter `name`."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ChoiceForm:
    """A GET form of one group; `kept` are the page's other parameters, as hidden fields."""

    group: ChoiceGroup
    kept: Params

    @property
    def label(self) -> str:
        return self.group.label


@dataclass(frozen=True, slots=True)
class MoreForm:
    """A GET form of what is asked less often: groups, and text fields as (parameter, label, value)."""

    groups: tuple[ChoiceGroup, ...]
    fields: tuple[tuple[str, str, str], ...]
    kept: Params


@dataclass(frozen=True, slots=True)
class GroupForm:
    """A GET form of three selects, the first of which must have a value."""

    label: str
    selects: tuple[tuple[Choice, ...], ...]
    kept: Params


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """All controls of a usage page that change its query."""

    chips: tuple[Chip, ...]
    choice_forms: tuple[ChoiceForm, ...]
    more_form: MoreForm
    group_form: GroupForm
    intervals: tuple[Link, ...]
    compare_url: str


def build_filters(asked: Asked, extra: Params = ()) -> Filters:
    """`extra`: parameters of the page's own, which stay when the query changes."""
    query = asked.query
    choices = {dimension: _choices(asked, dimension) for dimension in (*_LISTED, *_LISTED_UNDER_MORE)}
    return Filters(
        chips=tuple(
            Chip(
                dimension_name(dimension).capitalize(),
                _some(_labels(asked, dimension, keys, choices)),
                here_url(filtered(query, dimension), extra),
            )
            for dimension, keys in query.filters.items()
        ),
        choice_forms=tuple(
            ChoiceForm(_choice_group(query, dimension, choices[dimension]), _kept(query, dimension) + extra)
            for dimension in _LISTED
        ),
        more_form=MoreForm(
            tuple(_choice_group(query, dimension, choices[dimension]) for dimension in _LISTED_UNDER_MORE),
            tuple(_text_field(query, dimension) for dimension in _TYPED),
            _kept(query, *_LISTED_UNDER_MORE, *_TYPED) + extra,
        ),
        group_form=_group_form(query, extra),
        intervals=tuple(
            Link(
                words.capitalize(),
                here_url(replace(query, interval=interval), extra),
                interval is query.interval,
            )
            for interval, words in INTERVALS.items()
        ),
        compare_url=here_url(replace(query, compare=not query.compare), extra),
    )


def _choice_group(query: UsageQuery, dimension: Dimension, choices: dict[str, str]) -> ChoiceGroup:
    chosen = query.filters.get(dimension, ())
    return ChoiceGroup(
        dimension.value,
        dimension_name(dimension).capitalize(),
        tuple(Choice(key, label, key in chosen) for key, label in choices.items()),
    )


def _text_field(query: UsageQuery, dimension: Dimension) -> tuple[str, str, str]:
    value = next(iter(query.filters.get(dimension, ())), "")
    return dimension.value, dimension_name(dimension).capitalize(), value


def _group_form(query: UsageQuery, extra: Params) -> GroupForm:
    label = " › ".join(dimension_name(dimension).capitalize() for dimension in query.group_by)
    selects = []
    for place in range(MAX_DIMENSIONS):
        chosen = query.group_by[place] if place < len(query.group_by) else None
        choices = [
            Choice(dimension.value, dimension_name(dimension).capitalize(), dimension is chosen)
            for dimension in Dimension
        ]
        selects.append(tuple(choices if place == 0 else [Choice("", "–", chosen is None), *choices]))
    return GroupForm(label, tuple(selects), _kept(query, "group_by") + extra)


def _kept(query: UsageQuery, *left_out: str) -> Params:
    return tuple((name, value) for name, value in query_params(query) if name not in left_out)


def _choices(asked: Asked, dimension: Dimension) -> dict[str, str]:
    """Keys and labels of what can be chosen. At most one query."""
    field: Any = asked.form.form.fields[dimension.value]
    if dimension is Dimension.PROJECT:
        return {str(project.pk): project.lasting_name for project in field.queryset}
    if dimension is Dimension.PROVIDER:
        return {key: provider_label(label) for key, label in field.choices}
    return {key: label.partition(":")[0] for key, label in field.choices}


def _labels(
    asked: Asked, dimension: Dimension, keys: tuple[str, ...], choices: dict[Dimension, dict[str, str]]
) -> list[str]:
    """Names of what is kept, as far as the reader may know them: an id in an address proves nothing."""
    if dimension in {Dimension.PERSON, Dimension.CONVERSATION}:
        known: QuerySet[Any] = (
            Person.objects.visible_to(asked.user)
            if dimension is Dimension.PERSON
            else Conversation.objects.readable_by(asked.user)
        )
        found = known.in_bulk([UUID(key) for key in keys])
        names = {str(pk): str(row) for pk, row in found.items()} | {str(NIL): "nobody"}
    else:
        names = choices.get(dimension, {})
    return [names.get(key, key) for key in keys]


def _some(labels: list[str]) -> str:
    rest = len(labels) - _NAMED_AT_MOST
    return ", ".join(labels[:_NAMED_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")
