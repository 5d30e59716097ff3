"""The base of every table."""

from typing import Any

from django.db import models
from django.utils import timezone

from core.fields import ChangedAtField
from core.ids import new_id


class BaseModel(models.Model):
    """A row with a time-ordered UUID and the times of its making and last change, here or at its source."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = ChangedAtField()

    class Meta:
        abstract = True


class ProjectScopedModel(BaseModel):
    """A row of one project. Its updates and deletes name the project, as a distributed table needs.

    Subclasses declare `project`, a non-null foreign key to projects.Project that never changes.
    """

    class Meta:
        abstract = True

    def _do_update(  # type: ignore[no-untyped-def]
        self, base_qs, using, pk_val, values, update_fields, forced_update, *args: Any, **kwargs: Any
    ):
        scoped = base_qs.filter(project_id=self.project_id)  # type: ignore[attr-defined]
        values = [value for value in values if value[0].name != "project"]
        return super()._do_update(
            scoped, using, pk_val, values, update_fields, forced_update, *args, **kwargs
        )
