"""What an entry may hold: JSON that both engines keep as it is, and never a secret."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.encryption import Secret, Unreadable

_NO_NUL = {0: "\ufffd"}
_LONGEST = 2_000


def plain(value: Any) -> Any:
    """`value` as JSON: numbers that are no integers as texts, secrets as a mark, long texts cut."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Secret | Unreadable):
        return "(secret)"
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value).encode("utf-8", "replace").decode().translate(_NO_NUL)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
