"""Rows that stand under rows of their own table."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError


def check_parent(row: Any) -> None:
    """Raises ValidationError, at the field `parent`, for one from below `row`.

    One of another project is refused with all links (core.models.ProjectScopedModel).
    """
    if row.parent_id is None:
        return
    rows = type(row)._base_manager.filter(project_id=row.project_id)
    passed: set[UUID] = set()
    above: UUID | None = row.parent_id
    # An import may have brought a circle above this row: each is passed once.
    while above is not None and above not in passed:
        if above == row.pk:
            raise ValidationError({"parent": "It stands below this one already."}, code="circle")
        passed.add(above)
        found = rows.filter(pk=above).values_list("parent_id").first()
        if found is None:
            return
        [above] = found
