"""Links within a table, set when all its rows are there: a parent may stand after its children."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps

from integrations.models import Source
from integrations.services.systems.memory import remembered, stored_key, targets
from integrations.systems.declarations import Table


def set_late_links(
    source: Source, table: Table, key: str, rows: Sequence[Mapping[str, Any]], awkward: Counter[str]
) -> None:
    """Point the rows of one batch to their relatives, inside the caller's transaction.

    `key` is the column that the links point to. A relative that is not there, or is the row itself or one of
    another project, makes the link null.
    """
    keys = {index: stored_key(str(row[key])) for index, row in enumerate(rows)}
    wanted = {
        stored_key(str(row[column])) for row in rows for column in table.late_links if row[column] is not None
    }
    known = remembered(source, table.name, {*keys.values(), *wanted})
    found = targets(known, [f"{field}_id" for field in table.late_links.values()])
    for index, row in enumerate(rows):
        own = found.get(keys[index])
        if own is None:
            continue
        changes: dict[str, UUID | None] = {}
        for column, field in table.late_links.items():
            relative = None
            if row[column] is not None:
                relative = found.get(stored_key(str(row[column])))
                if relative is None or relative.id == own.id or relative.project_id != own.project_id:
                    awkward["dangling_links"] += 1
                    relative = None
            wanted_id = None if relative is None else relative.id
            if own.values[f"{field}_id"] != wanted_id:
                changes[f"{field}_id"] = wanted_id
        if changes:
            model = apps.get_model(known[keys[index]].target_model)
            model._default_manager.filter(pk=own.id, project_id=own.project_id).update(**changes)


def late_columns(table: Table, key: Sequence[str], columns: Iterable[str]) -> list[str]:
    """The columns that are read for it; empty when the source has none of the links."""
    there = set(columns)
    wanted = [column for column in table.late_links if column in there]
    return [*key, *wanted] if wanted else []
