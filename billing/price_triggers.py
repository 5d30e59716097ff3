"""Versions of a price do not overlap: on SQLite triggers hold it, on PostgreSQL an exclusion constraint.

Laid again after every migrate, because SQLite drops a table's triggers when Django remakes the table.
"""

from typing import Any

from django.db import connections

from billing.models import ModelPrice

_MESSAGE = "Versions of a price do not overlap: end the one that stands before another begins."

# Times are text of one form, so that comparing them as text is comparing them in time.
_OVERLAPS = """
    SELECT 1 FROM "{table}" AS other
    WHERE other.id <> NEW.id AND other.provider = NEW.provider AND other.model = NEW.model
    AND other.variant = NEW.variant AND other.origin = NEW.origin AND other.project_id IS NEW.project_id
    AND (other.valid_to IS NULL OR other.valid_to > NEW.valid_from)
    AND (NEW.valid_to IS NULL OR NEW.valid_to > other.valid_from)
"""


def install_price_triggers(using: str, **kwargs: Any) -> None:
    """A `post_migrate` receiver: lays the triggers anew."""
    connection = connections[using]
    table = ModelPrice._meta.db_table
    if connection.vendor != "sqlite" or table not in connection.introspection.table_names():
        return
    overlaps = _OVERLAPS.format(table=table)
    with connection.cursor() as cursor:
        for name, event in (("inserted", "INSERT"), ("updated", "UPDATE")):
            cursor.execute(f"DROP TRIGGER IF EXISTS price_versions_do_not_overlap_{name}")
            cursor.execute(
                f'CREATE TRIGGER price_versions_do_not_overlap_{name} BEFORE {event} ON "{table}"'
                f" WHEN EXISTS ({overlaps}) BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            )
