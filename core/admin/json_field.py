"""The field of a form for JSON: what both engines keep, and what can be shown again."""

import math
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import JSONField
from django.forms.fields import InvalidJSONInput

_DEEPEST = 100
"""Levels; some hundreds more, and reading, writing or walking the value recurses too far."""

_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_TOO_DEEP = f"Lists and objects go {_DEEPEST} levels deep at most."


class BoundedJSONField(JSONField):
    """Refuses in words what json reads, or fails to read, and a database does not take."""

    def to_python(self, value: Any) -> Any:
        try:
            converted = super().to_python(value)
        except RecursionError as error:
            raise ValidationError(_TOO_DEEP) from error
        except ValueError as error:
            raise ValidationError("A number has thousands of digits.") from error
        if fault := _fault(converted):
            raise ValidationError(fault)
        return converted

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was refused is shown again as it was sent."""
        try:
            shown = super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return InvalidJSONInput(data)
        return InvalidJSONInput(data) if _fault(shown) else shown


def _fault(value: Any) -> str:
    """What is wrong with a value, in words; empty when nothing is."""
    left = [(value, 0)]
    while left:
        part, depth = left.pop()
        if isinstance(part, dict | list):
            if depth == _DEEPEST:
                return _TOO_DEEP
            inside = [*part, *part.values()] if isinstance(part, dict) else part
            left += [(each, depth + 1) for each in inside]
        elif isinstance(part, float) and not math.isfinite(part):
            return "NaN, Infinity and numbers beyond 1.8e308 are no JSON."
        elif isinstance(part, str) and _UNKEPT.search(part):
            return "U+0000 and halves of surrogate pairs cannot be kept."
    return ""
