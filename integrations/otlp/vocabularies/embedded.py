"""Reading what stands as JSON text in an attribute."""

from typing import Any

from integrations.otlp.telemetry import Attributes
from integrations.sources.values import BadValueError, parse_json

_LONGEST = 4_000_000
_DEEPEST = 6


def embedded(value: Any) -> Any:
    """The JSON value of a text; what is structured already as it is; None when it is neither."""
    if isinstance(value, (dict, list)):
        return value
    if not isinstance(value, str) or len(value) > _LONGEST or value.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return parse_json(value)
    except BadValueError:
        return None


def flattened(value: Any, prefix: str) -> Attributes:
    """The numbers of an embedded object under dotted names: "raw" → {"raw.cache.read": 5}."""
    found: Attributes = {}
    _flatten(embedded(value), prefix, found, _DEEPEST)
    return found


def dug(value: Any, *path: str | int) -> Any:
    """The member of an embedded value at `path`; None when it has no such member."""
    for step in path:
        if isinstance(step, int) and isinstance(value, list) and len(value) > step:
            value = value[step]
        elif isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def _flatten(value: Any, prefix: str, found: Attributes, depth: int) -> None:
    if isinstance(value, dict) and depth:
        for key, member in value.items():
            _flatten(member, f"{prefix}.{key}", found, depth - 1)
    elif value is not None and not isinstance(value, (dict, list, str)):
        found[prefix] = value
