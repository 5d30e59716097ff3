"""The projects of an imported system."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from integrations.models import Source
from integrations.services.attribution import unassigned_name
from projects.models import Project

_NAME_LENGTH = 200


def unassigned_project(source: Source, values: Mapping[str, Any]) -> UUID:
    """The source's reserved project for rows that name none, made when it is new."""
    if source.unassigned_project_id is None:
        project, _ = Project.objects.get_or_create(
            name=unassigned_name(source), defaults={"kind": Project.Kind.UNASSIGNED, **values}
        )
        Source.objects.filter(pk=source.pk).update(unassigned_project=project)
        source.unassigned_project = project
    return source.unassigned_project_id  # type: ignore[return-value]


def main_project(source: Source, values: Mapping[str, Any]) -> UUID:
    """The one project of a source that knows no projects of its own, named after the source."""
    if source.main_project_id is None:
        project = Project.objects.create(name=free_name(source.name, source.name), **values)
        Source.objects.filter(pk=source.pk).update(main_project=project)
        source.main_project = project
    return source.main_project_id  # type: ignore[return-value]


def free_name(name: str, source_name: str) -> str:
    """`name`, or with the source's name appended when another project has it."""
    wanted = name.strip()[:_NAME_LENGTH] or "Unnamed"
    if not Project.objects.filter(name=wanted).exists():
        return wanted
    number = 1
    while True:
        suffix = f" ({source_name})" if number == 1 else f" ({source_name} {number})"
        candidate = f"{wanted[: _NAME_LENGTH - len(suffix)]}{suffix}"
        if not Project.objects.filter(name=candidate).exists():
            return candidate
        number += 1


def kept_name(present: str, wanted: str, source_name: str) -> str:
    """What an imported project is called after its source's row changed: a name it had to take stays."""
    wanted = wanted.strip()[:_NAME_LENGTH] or "Unnamed"
    stem, _, suffix = present.rpartition(f" ({source_name}")
    if present == wanted or (suffix and stem and wanted.startswith(stem)):
        return present
    return free_name(wanted, source_name)
