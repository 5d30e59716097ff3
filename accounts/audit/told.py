"""What this request has recorded already, so that the admin does not tell it again after a service has."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from accounts.models import AuditEntry

Target = tuple[str, str]
_told: ContextVar[dict[Target, list[AuditEntry]] | None] = ContextVar("audit_told", default=None)


@contextmanager
def listening() -> Iterator[None]:
    token = _told.set({})
    try:
        yield
    finally:
        _told.reset(token)


def remember(entry: AuditEntry) -> None:
    told = _told.get()
    if told is not None and entry.target_id:
        told.setdefault((entry.target_model, entry.target_id), []).append(entry)


def entries_told(target: Target) -> list[AuditEntry]:
    """What was recorded about `target` in this request."""
    return (_told.get() or {}).get(target, [])
