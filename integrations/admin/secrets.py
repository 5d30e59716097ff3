"""How pages show that there is a secret, without showing it."""

from typing import Any

from core.admin.columns import Column, badge, column
from core.encryption import Unreadable
from core.markup import NOT_APPLICABLE


def secret(field: str, label: str, *, last4: str = "", at_source: str = "has_source_secret") -> Column:
    """…last4 or “stored”; a badge for one that no key opens, and for one that stayed at the source."""

    def read(obj: Any) -> str:
        held = getattr(obj, field)
        if isinstance(held, Unreadable):
            return badge("unreadable", "danger")
        if held:
            shown = getattr(obj, last4) if last4 else ""
            return f"…{shown}" if shown else badge("stored", "ok")
        return badge("at the source only", "warn") if getattr(obj, at_source) else NOT_APPLICABLE

    return column(f"{field}_state", read, label)
