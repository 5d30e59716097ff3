"""Forms that leave alone what they do not show."""

from typing import Any

from django.http import HttpRequest

from core.admin.scoped import ScopedModelAdmin


class ChangedFieldsAdmin(ScopedModelAdmin):
    """Saves what the form changed alone: how a row stands is changed by actions, maybe at this moment."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.save(update_fields=[*form.changed_data, "updated_at"] if change else None)
