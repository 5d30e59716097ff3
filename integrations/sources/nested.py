"""Objects and lists inside a record; tables and CSV files hold them as JSON text."""

from typing import Any

from integrations.sources.values import BadValueError, parse_json


def member(record: dict[str, Any], *names: str) -> dict[str, Any]:
    """The first of `names` that holds an object that is not empty; else an empty one."""
    found = (_parsed(record.get(name)) for name in names)
    return next((value for value in found if isinstance(value, dict) and value), {})


def members(record: dict[str, Any], name: str) -> list[Any]:
    """A nested list; empty when there is none."""
    value = _parsed(record.get(name))
    return value if isinstance(value, list) else []


def first(record: dict[str, Any], *names: str) -> Any:
    """The value of the first of `names` that holds one; None when none does."""
    return next((value for name in names if (value := record.get(name)) not in (None, "")), None)


def _parsed(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return parse_json(value)
    except BadValueError:
        return None
