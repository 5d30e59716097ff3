"""Single values of OTLP's JSON (https://protobuf.dev/programming-guides/json/), read leniently.

Numbers may be texts, ids hex or base64, names camelCase or snake_case, and null is as good as nothing.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import cache
from typing import Any

from integrations.otlp.fields import finite, identity, moment_of, status_of
from integrations.otlp.telemetry import Attributes
from integrations.sources.values import BadValueError, storable

_DEEPEST = 40
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+", re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}(?:\.0*)?", re.ASCII)
_STATUSES = {"UNSET": 0, "OK": 1, "ERROR": 2}
Object = dict[str, Any]


@cache
def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter.group().lower()}", name)


def field(node: Object, name: str) -> Any:
    """The value under `name` (camelCase) or its snake_case form."""
    found = node.get(name)
    return node.get(_snake(name)) if found is None else found


def objects(node: Object, name: str, where: str = "") -> list[Object]:
    """The list of objects under `name`; a missing one is empty."""
    found = field(node, name)
    if found is None:
        return []
    place = f"{where}.{name}" if where else name
    if not isinstance(found, list):
        raise BadValueError(f"{place}: is not a list")
    for number, member in enumerate(found):
        if not isinstance(member, dict):
            raise BadValueError(f"{place}[{number}]: is not an object")
    return found


def object_in(node: Object, name: str) -> Object:
    found = field(node, name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadValueError(f"{name}: is not an object")
    return found


def text_in(node: Object, name: str) -> str:
    found = field(node, name)
    return "" if found is None else _text(found, name)


def identity_in(node: Object, name: str, size: int) -> str:
    """Lower-case hex of an id in hex or base64; empty when it is missing or all zeros."""
    sent = field(node, name)
    if sent is None or sent == "":
        return ""
    if not isinstance(sent, str):
        raise BadValueError(f"{name}: is not a text")
    if len(sent) == 2 * size and _HEX.fullmatch(sent):
        return identity(bytes.fromhex(sent), size, name)
    try:
        return identity(_base64(sent), size, name)
    except ValueError:
        raise BadValueError(f"{name}: “{sent[:40]}” is no id of {size} bytes in hex") from None


def moment_in(node: Object, name: str) -> Any:
    """A UTC time from nanoseconds since 1970; None when it is missing or outside the calendar."""
    sent = field(node, name)
    return None if sent is None or sent == "" else moment_of(_whole(sent, name))


def status_in(node: Object) -> int:
    code = field(node, "code")
    if isinstance(code, str):
        word = code.upper().removeprefix("STATUS_CODE_")
        if word in _STATUSES:
            return _STATUSES[word]
    return 0 if code is None else status_of(_whole(code, "status.code"))


def attributes_in(node: Object, name: str = "attributes", depth: int = 0) -> Attributes:
    return {text_in(pair, "key"): _named(pair, depth) for pair in objects(node, name)}


def value_of(node: Any, depth: int = 0) -> Any:
    """What an AnyValue holds."""
    if node is None:
        return None
    if not isinstance(node, dict):
        raise BadValueError("value: is not an object")
    if depth > _DEEPEST:
        raise BadValueError(f"value: lies more than {_DEEPEST} levels deep")
    for name, value in node.items():
        if value is not None and (read := _READERS.get(name)):
            return read(value, depth)
    return None


def _named(pair: Object, depth: int) -> Any:
    try:
        return value_of(pair.get("value"), depth)
    except BadValueError as error:
        raise BadValueError(f"{text_in(pair, 'key')[:100]}: {error}") from None


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise BadValueError(f"{name}: is not a text")
    return storable(value)


def _whole(value: Any, name: str) -> int:
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value.partition(".")[0])
    raise BadValueError(f"{name}: “{str(value)[:40]}” is not a whole number")


def _int64(value: Any, depth: int) -> int:
    number = _whole(value, "intValue")
    if not -(2**63) <= number < 2**63:
        raise BadValueError(f"intValue: {str(number)[:40]} has more than 64 bits")
    return number


def _double(value: Any, depth: int) -> float | str:
    if not isinstance(value, bool) and isinstance(value, (int, float, str)):
        try:
            return finite(float(value))
        except (ValueError, OverflowError):
            pass
    raise BadValueError(f"doubleValue: “{str(value)[:40]}” is not a number")


def _bool(value: Any, depth: int) -> bool:
    if not isinstance(value, bool):
        raise BadValueError("boolValue: is neither true nor false")
    return value


def _bytes(value: Any, depth: int) -> str:
    try:
        return b64encode(_base64(_text(value, "bytesValue"))).decode("ascii")
    except ValueError:
        raise BadValueError("bytesValue: is not base64") from None


def _array(value: Any, depth: int) -> list[Any]:
    if not isinstance(value, dict):
        raise BadValueError("arrayValue: is not an object")
    members = field(value, "values")
    if members is not None and not isinstance(members, list):
        raise BadValueError("arrayValue.values: is not a list")
    return [value_of(member, depth + 1) for member in members or ()]


def _pairs(value: Any, depth: int) -> Attributes:
    if not isinstance(value, dict):
        raise BadValueError("kvlistValue: is not an object")
    return attributes_in(value, "values", depth + 1)


def _base64(text: str) -> bytes:
    """Standard or URL-safe, padded or not. Raises ValueError."""
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    return b64decode(standard + "=" * (-len(standard) % 4), validate=True)


_READERS: dict[str, Callable[[Any, int], Any]] = {}
for _name, _read in {
    "stringValue": lambda value, depth: _text(value, "stringValue"),
    "boolValue": _bool,
    "intValue": _int64,
    "doubleValue": _double,
    "arrayValue": _array,
    "kvlistValue": _pairs,
    "bytesValue": _bytes,
}.items():
    _READERS[_name] = _READERS[_snake(_name)] = _read
