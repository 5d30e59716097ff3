"""Form fields that read a report's address: whatever is wrong with it is said in a sentence."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from core.zones import zone_info

_LONGEST = 512


class Values(forms.SelectMultiple):
    """Repeated parameters, without empty ones: forms send those for "any"."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        values: Iterable[str] = super().value_from_datadict(data, files, name) or []
        return list(dict.fromkeys(value for value in values if value))


class CommaValues(Values):
    """Repeated parameters or one with commas: group_by=provider,model."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        parts = (
            part.strip()
            for value in super().value_from_datadict(data, files, name)
            for part in value.split(",")
        )
        return list(dict.fromkeys(part for part in parts if part))


class Switch(forms.CheckboxInput):
    """compare=1: on; absent or anything else: off."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:
        return str(data.get(name, "")).lower() in {"1", "true", "on", "yes"}


class SwitchField(forms.BooleanField):
    widget = Switch


class DayField(forms.DateField):
    default_error_messages = {"invalid": "“%(value)s” is not a day, such as 2026-11-01."}

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            raise ValidationError(error.message, code="invalid", params={"value": value}) from None


class ZoneField(forms.CharField):
    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        if name:
            try:
                zone_info(name)
            except ValueError as error:
                raise ValidationError(str(error), code="invalid") from None
        return name


class DimensionsField(forms.MultipleChoiceField):
    widget = CommaValues


class KnownValuesField(forms.MultipleChoiceField):
    """Values of a fixed list."""

    widget = Values


class TextValuesField(forms.MultipleChoiceField):
    """Names as the ledger has them. The choices are what a form offers; any name is valid, so that an address
    still works when its model has not been used for months."""

    widget = Values
    default_error_messages = {"invalid_choice": "“%(value)s” cannot be a name."}

    def valid_value(self, value: Any) -> bool:
        return "\x00" not in value and len(value) <= _LONGEST


class IdsField(TextValuesField):
    """Ids of rows that need not exist any more."""

    default_error_messages = {"invalid_choice": "“%(value)s” is not an id."}

    def valid_value(self, value: Any) -> bool:
        return is_id(value)

    def clean(self, value: Any) -> list[str]:
        return [str(UUID(key)) for key in super().clean(value)]


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
