"""Pages that only show."""

from typing import Any

from django.http import HttpRequest

from core.admin.scoped import ScopedModelAdmin


class ReadOnlyModelAdmin(ScopedModelAdmin):
    """For rows that our own code alone writes: nobody adds, changes or deletes them here, owners neither."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
