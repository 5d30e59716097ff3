"""The base of every table."""

from collections.abc import Collection, Iterator
from typing import Any

from django.core.exceptions import ValidationError
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

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Also refuses links to rows of other projects, whoever may see both.

        A link that is loaded as empty is hidden from the reader, and was not chosen by them.
        """
        errors: dict[str, list[ValidationError]] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for name in self._links_elsewhere(frozenset(exclude or ()) | errors.keys()):
            errors[name] = [ValidationError("It belongs to another project.", code="other_project")]
        if errors:
            raise ValidationError(errors)

    def _links_elsewhere(self, exclude: frozenset[str]) -> Iterator[str]:
        here = self.project_id  # type: ignore[attr-defined]
        for field in self._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.name in exclude or here is None:
                continue
            key = getattr(self, field.attname)
            if key is None or not issubclass(field.related_model, ProjectScopedModel):
                continue
            if field.is_cached(self):
                found = getattr(field.get_cached_value(self), "project_id", here)
            else:
                rows: models.QuerySet[Any] = field.related_model._base_manager.filter(pk=key)
                found = rows.values_list("project_id", flat=True).first()
            if found != here:
                yield field.name

    def _do_update(  # type: ignore[no-untyped-def]
        self, base_qs, using, pk_val, values, update_fields, forced_update, *args: Any, **kwargs: Any
    ):
        scoped = base_qs.filter(project_id=self.project_id)  # type: ignore[attr-defined]
        values = [value for value in values if value[0].name != "project"]
        return super()._do_update(
            scoped, using, pk_val, values, update_fields, forced_update, *args, **kwargs
        )
