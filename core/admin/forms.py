"""What Django's model forms leave to the database to refuse."""

from typing import Any

from django.db.models import JSONField, UniqueConstraint

from core.admin.stock import StockModelForm


class WholeRowForm(StockModelForm):
    """Says what is not unique also where a part of the constraint is only shown, such as the project.

    A JSON field that was emptied gets its default: null is not allowed where the column holds an object.
    """

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for field in self.instance._meta.concrete_fields:
            if isinstance(field, JSONField) and not field.null and cleaned.get(field.name, field) is None:
                cleaned[field.name] = field.get_default()
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        if self.instance._state.adding:
            return excluded
        unique = (each for each in self.instance._meta.constraints if isinstance(each, UniqueConstraint))
        return excluded - {name for each in unique for name in each.fields if name not in self.fields}
