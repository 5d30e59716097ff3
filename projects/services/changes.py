"""Changes that hold when two people act at once."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import User
from accounts.models.audit import AuditAction
from core.database import in_transaction


def change_if(row: Any, condition: Q, *, now: datetime | None = None, **values: Any) -> bool:
    """Set `values` in one UPDATE if `condition` still holds in the database; returns whether it did.

    `row` is read anew either way. Raises ValidationError when it was deleted meanwhile.
    """
    rows = type(row).objects.all()
    if hasattr(row, "project_id"):
        rows = rows.filter(project_id=row.project_id)
    changed = rows.filter(condition, pk=row.pk).update(updated_at=now or timezone.now(), **values)
    try:
        row.refresh_from_db(from_queryset=rows)
    except ObjectDoesNotExist:
        raise ValidationError("It was deleted meanwhile.", code="deleted") from None
    return bool(changed)


def change_and_record(
    row: Any, condition: Q, action: AuditAction, by: User, *, now: datetime | None = None, **values: Any
) -> bool:
    """`change_if`, and an entry of the audit log with the fields before and after, both or neither."""
    before = {name: getattr(row, name) for name in values}

    def work() -> bool:
        if not change_if(row, condition, now=now, **values):
            return False
        after = {name: getattr(row, name) for name in values}
        record(action, row, before=before, after=after, by=by)
        return True

    return in_transaction(work)
