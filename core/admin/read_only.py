"""Pages that only show."""

from core.admin.scoped import ScopedModelAdmin


class ReadOnlyModelAdmin(ScopedModelAdmin):
    """For rows that our own code alone writes: it names no action, so that nobody may, owners neither."""
