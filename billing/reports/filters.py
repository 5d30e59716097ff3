"""The form behind a report's address: validates it, and offers what can be chosen."""

from datetime import date
from functools import cached_property, partial
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import User
from billing.models import TokenUsage
from billing.reports import form_fields, limits
from billing.reports.choices import Choices, recent_names
from billing.reports.errors import QueryError
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.rows import narrowed
from projects.models import Project

_NAMED = (Dimension.PROVIDER, Dimension.MODEL, Dimension.ENVIRONMENT)
"""Dimensions whose names the form offers from recent usage."""


def _words(values: Any) -> Choices:
    return [(value, value.replace("_", " ").capitalize()) for value in values]


def _one_of(names: str) -> dict[str, str]:
    return {"invalid_choice": f"“%(value)s” is not one of {names}."}


class _Field(django_filters.Filter):  # type: ignore[misc]
    """A parameter that reads `field_class`."""

    def __init__(self, field_class: type[forms.Field], **extra: Any) -> None:
        self.field_class = field_class
        super().__init__(required=False, **extra)


class UsageFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Bound to an address' parameters; `query` is what they ask, `qs` the ledger's rows behind it.

    `user` None sees everything. Absent parameters mean: this month up to `today`, in `default_zone`, by
    provider and model.
    """

    zone = _Field(form_fields.ZoneField, label="Time zone")
    group_by = _Field(
        form_fields.DimensionsField,
        label="Group by",
        choices=_words(Dimension),
        error_messages={
            "invalid_choice": f"“%(value)s” is not a dimension: choose from {limits.dimension_names()}."
        },
    )
    interval = django_filters.ChoiceFilter(
        label="Every",
        choices=_words(Interval),
        empty_label="Whole period",
        error_messages=_one_of(", ".join(Interval)),
    )
    compare = _Field(form_fields.SwitchField, label="Compare with the period before")
    project = django_filters.ModelMultipleChoiceFilter(
        queryset=Project.objects.none(),
        widget=form_fields.Values,
        error_messages={"invalid_choice": "No such project: %(value)s."},
    )
    provider = _Field(form_fields.TextValuesField)
    model = _Field(form_fields.TextValuesField)
    request_type = _Field(
        form_fields.KnownValuesField,
        choices=TokenUsage.RequestType.choices,
        error_messages=_one_of(", ".join(TokenUsage.RequestType.values)),
    )
    environment = _Field(form_fields.TextValuesField)
    status = _Field(
        form_fields.KnownValuesField,
        choices=TokenUsage.Status.choices,
        error_messages=_one_of(", ".join(TokenUsage.Status.values)),
    )
    person = _Field(form_fields.IdsField)
    agent = _Field(form_fields.TextValuesField)
    conversation = _Field(form_fields.IdsField)
    tag = _Field(form_fields.TextValuesField)
    source = _Field(form_fields.TextValuesField)

    class Meta:
        model = TokenUsage
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, user: User | None, default_zone: str, today: date) -> None:
        rows = TokenUsage.objects.all() if user is None else TokenUsage.objects.visible_to(user)
        super().__init__(data, rows)
        self.user = user
        self.default_zone = default_zone
        self.today = today
        projects = Project.objects.all() if user is None else Project.objects.counted_for(user)
        self.filters["project"].queryset = projects.only("name", "deleted_at")
        for dimension in Dimension:
            if isinstance(self.filters[dimension], _Field) and "choices" not in self.filters[dimension].extra:
                self.filters[dimension].extra["choices"] = partial(self._offered, dimension)

    @classmethod
    def get_filters(cls) -> Any:
        """The parameters; "from" is no name that a class body can give."""
        days = {
            name: _Field(form_fields.DayField, label=name.capitalize(), input_formats=["%Y-%m-%d"])
            for name in ("from", "to")
        }
        return {**days, **super().get_filters()}

    @cached_property
    def query(self) -> UsageQuery:
        """What the address asks; raises QueryError that says what is wrong with it."""
        if not self.form.is_valid():
            raise QueryError({name: str(errors[0]) for name, errors in self.form.errors.items()})
        query = self._read(self.form.cleaned_data)
        if found := limits.faults(query):
            raise QueryError(found)
        return query

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return narrowed(queryset, self.query)

    def _read(self, values: dict[str, Any]) -> UsageQuery:
        last_day = values["to"] or self.today
        filters = {dimension: _keys(values[dimension]) for dimension in Dimension if values[dimension]}
        group_by = tuple(Dimension(name) for name in values["group_by"])
        return UsageQuery(
            first_day=values["from"] or last_day.replace(day=1),
            last_day=last_day,
            zone=values["zone"] or self.default_zone,
            group_by=group_by or (Dimension.PROVIDER, Dimension.MODEL),
            interval=Interval(values["interval"]) if values["interval"] else None,
            filters=filters,
            compare=bool(values["compare"]),
        )

    def _offered(self, dimension: Dimension) -> Choices:
        """Recent names, and those that the address names whatever their age."""
        recent: Choices = []
        if dimension in _NAMED:
            recent = recent_names(dimension, user=self.user, last_day=self._last_day())
        names = {name for name, _ in recent}
        return [
            *recent,
            *((name, name) for name in self.data.getlist(dimension) if name and name not in names),
        ]

    def _last_day(self) -> date:
        self.form.is_valid()
        return self.form.cleaned_data.get("to") or self.today


def _keys(values: Any) -> tuple[str, ...]:
    return tuple(sorted(str(getattr(value, "pk", value)) for value in values))
