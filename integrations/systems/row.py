"""One row of a source's table, read by column name and by type."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from integrations.systems.clocks import ClockError, instant
from integrations.systems.secrets import without_secrets

_MAX = 2**63 - 1


class Row:
    """Typed readers over one row. A column that the source lacks reads as None (or "").

    A value that is not what it should be is counted in `awkward` by kind, and kept: `rest()` hands out all
    that was not read. `missing` are columns that were asked for and are not there, `extra` those that nobody
    asked for.
    """

    def __init__(
        self, table: str, values: Mapping[str, Any], *, naive_zone: ZoneInfo, awkward: Counter[str]
    ) -> None:
        self.table = table
        self.values = values
        self._naive_zone = naive_zone
        self._awkward = awkward
        self._read: set[str] = set()
        self._kept: dict[str, Any] = {}
        self.missing: set[str] = set()
        self.extra: set[str] = set()

    def __contains__(self, column: str) -> bool:
        return column in self.values

    def flag(self, kind: str) -> None:
        """Count an awkward value of this kind."""
        self._awkward[kind] += 1

    def keep(self, column: str, value: Any) -> None:
        """Hand `value` out with `rest()`, though the column was read: it did not say all there is."""
        self._kept[column] = value

    def raw(self, column: str) -> Any:
        """The value as the driver gives it."""
        self._read.add(column)
        if column not in self.values:
            self.missing.add(column)
        return self.values.get(column)

    def first(self, *columns: str) -> str:
        """The first of `columns` that the source has; the first of all when it has none."""
        return next((column for column in columns if column in self.values), columns[0])

    def text(self, column: str) -> str:
        """Words; "" for none. Bytes that are no text are shown as hex."""
        value = self.raw(column)
        if value is None:
            return ""
        if isinstance(value, bytes):
            self.flag("binary_text")
            return value.hex()
        return (
            value
            if isinstance(value, str)
            else json.dumps(value, default=str)
            if isinstance(value, list | dict)
            else str(value)
        )

    def word(self, column: str) -> str:
        """A value of a vocabulary: trimmed, lower-cased."""
        return self.text(column).strip().lower()

    def integer(self, column: str) -> int | None:
        """A whole number, negative ones too. What is none is flagged, kept and unknown."""
        value = self.raw(column)
        if value is None or value == "":
            return None
        exact = _exact(value)
        if exact is None or abs(exact) > _MAX or exact != int(exact):
            self._unreadable(column, value, "unreadable_number")
            return None
        return int(exact)

    def decimal(self, column: str) -> Decimal | None:
        """An exact number: a REAL column's shortest decimal, never the binary fraction."""
        value = self.raw(column)
        if value is None or value == "":
            return None
        exact = _exact(value)
        if exact is None:
            self._unreadable(column, value, "unreadable_number")
        return exact

    def number(self, column: str) -> float | None:
        """A measure that need not be exact, such as a score."""
        exact = self.decimal(column)
        return None if exact is None else float(exact)

    def boolean(self, column: str) -> bool | None:
        value = self.raw(column)
        if value is None or value == "":
            return None
        word = str(value).strip().lower()
        if word in {"1", "true", "t", "yes"}:
            return True
        if word in {"0", "false", "f", "no"}:
            return False
        self._unreadable(column, value, "unreadable_flag")
        return None

    def time(self, column: str) -> datetime | None:
        """An instant in UTC; what is none is flagged, kept and unknown."""
        value = self.raw(column)
        if isinstance(value, datetime) and value.tzinfo is None:
            self.flag("naive_clocks")
        try:
            return instant(value, self._naive_zone)
        except ClockError:
            self._unreadable(column, value, "unreadable_clock")
            return None

    def json(self, column: str) -> Any:
        """A JSON value, secrets removed; None for SQL NULL and JSON null.

        A string that holds JSON once more is opened and flagged. Broken JSON is flagged and kept as text.
        """
        value = self.raw(column)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return without_secrets(value)
        try:
            parsed = _parsed(value)
        except ValueError:
            self._unreadable(column, value, "invalid_json")
            return None
        if isinstance(parsed, str):
            parsed = self._opened(parsed)
        return without_secrets(parsed)

    def mapping(self, column: str) -> dict[str, Any]:
        """A JSON object; anything else that is there is kept under the column's name."""
        value = self.json(column)
        if isinstance(value, dict):
            return value
        if value is not None:
            self.keep(column, value)
        return {}

    def secret_mapping(self, column: str) -> dict[str, Any]:
        """A JSON object with its secrets, for what is encrypted; anything else is an empty one."""
        value = self.raw(column)
        try:
            parsed = _parsed(value) if isinstance(value, str) else value
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    def items(self, column: str) -> list[Any]:
        """A JSON array; anything else that is there is kept under the column's name."""
        value = self.json(column)
        if isinstance(value, list):
            return value
        if value is not None:
            self.keep(column, value)
        return []

    def rest(self) -> dict[str, Any]:
        """All that was not read and is not null, secrets removed: what `metadata` keeps. Call it last."""
        self.extra |= self.values.keys() - self._read
        left = {
            column: _structured(value)
            for column, value in self.values.items()
            if column not in self._read and value is not None
        }
        return without_secrets({**_plain(left), **_plain(self._kept)})  # type: ignore[no-any-return]

    def _opened(self, text: str) -> Any:
        """The JSON inside a JSON string, if there is any."""
        if not text.lstrip().startswith(("{", "[", '"')):
            return text
        try:
            inner = _parsed(text)
        except ValueError:
            return text
        self.flag("double_encoded_json")
        return inner

    def _unreadable(self, column: str, value: Any, kind: str) -> None:
        self.flag(kind)
        self.keep(column, value)


def _exact(value: Any) -> Decimal | None:
    try:
        exact = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def _structured(value: Any) -> Any:
    """The object or array that a text holds: JSON in a column that nobody asked for."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return _parsed(value)
    except ValueError:
        return value


def _parsed(text: str) -> Any:
    # NaN and Infinity are no JSON (RFC 8259): kept as the words that they are.
    return json.loads(text, parse_constant=str)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` in types that JSON has."""
    return json.loads(json.dumps(dict(values), default=_shown))  # type: ignore[no-any-return]


def _shown(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
