"""What this request has recorded already, so that the admin does not tell it again after a service has."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from accounts.models import AuditEntry

Target = tuple[str, str]
_told: ContextVar[dict[Target, set[str]] | None] = ContextVar("audit_told", default=None)


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
        fields = told.setdefault((entry.target_model, entry.target_id), set())
        fields.update(entry.before or (), entry.after or ())


def fields_told(target: Target) -> set[str] | None:
    """The fields of which an entry told in this request; None where no entry was about `target`."""
    told = _told.get()
    return None if told is None else told.get(target)
