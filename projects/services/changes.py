"""Changes that hold when two people act at once."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Q
from django.utils import timezone


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
