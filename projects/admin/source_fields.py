"""What pages show of where a row comes from, and of its times."""

from core.admin.columns import preformatted, time

CREATED = time("created_at", "created", seconds=True)
CHANGED = time("updated_at", "changed", seconds=True)
OF_ITS_SOURCE = (preformatted("metadata"), CREATED, CHANGED)
