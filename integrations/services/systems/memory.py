"""Which of our rows the source's rows became: reading and writing ImportedRow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from integrations.models import ImportedRow, Source
from integrations.systems.declarations import Found

CHUNK = 400
"""Keys a query: SQLite's oldest default allows 999 parameters."""

_KEY_LENGTH = 255
_LABELS = {"accounts.person": ("name", "email"), "projects.agent": ("display_name", "name")}
"""Models whose name is copied to what links to them: the first of these fields that is not empty."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """An ImportedRow, as far as it is needed."""

    pk: UUID
    project_id: UUID
    target_model: str
    target_id: UUID
    content_hash: bytes


def stored_key(key: str) -> str:
    """`key` in at most 255 characters: a longer one ends in its hash."""
    if len(key) <= _KEY_LENGTH:
        return key
    return f"{key[:190]}#{sha256(key.encode()).hexdigest()}"


def remembered(source: Source, table: str, keys: Iterable[str]) -> dict[str, Remembered]:
    """What is known of these keys, by stored key."""
    found: dict[str, Remembered] = {}
    for chunk in chunks(sorted(set(keys))):
        rows = ImportedRow.objects.filter(source=source, source_table=table, source_key__in=chunk)
        for row in rows.values_list(
            "source_key", "pk", "project_id", "target_model", "target_id", "content_hash"
        ):
            found[row[0]] = Remembered(row[1], row[2], row[3], row[4], bytes(row[5]))
    return found


def targets(rows: Mapping[str, Remembered], fields: Sequence[str] = ()) -> dict[str, Found]:
    """The rows of ours behind `rows`, by stored key; those that were deleted here are missing.

    `fields` are values to load with them.
    """
    by_model: dict[str, dict[UUID, list[str]]] = {}
    for key, row in rows.items():
        by_model.setdefault(row.target_model, {}).setdefault(row.target_id, []).append(key)
    found: dict[str, Found] = {}
    for label, keys in by_model.items():
        model = apps.get_model(label)
        names = _LABELS.get(label, ())
        columns = ["pk", *(["project_id"] if _is_scoped(model) else []), *names, *fields]
        for chunk in chunks(sorted(keys)):
            present = model._default_manager.filter(pk__in=chunk)
            if label == "chat.conversation":
                # What was removed from the bin is a nameplate: nothing new comes into it.
                present = present.filter(removed_at__isnull=True)
            for values in present.values(*columns):
                pk = values["pk"]
                target = Found(
                    id=pk,
                    project_id=pk if label == "projects.project" else values.get("project_id"),
                    label=next((values[name] for name in names if values[name]), ""),
                    values={name: values[name] for name in fields},
                )
                found.update(dict.fromkeys(keys[pk], target))
    return found


def _is_scoped(model: type[Model]) -> bool:
    return any(field.attname == "project_id" for field in model._meta.concrete_fields)


def chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
