"""From the project names in a source's records to our projects."""

from collections.abc import Iterable
from uuid import UUID

from integrations.models import Source
from projects.models import Project

_LOOKUP_CHUNK = 400
"""Names a query: SQLite's oldest default allows 999 parameters."""


def project_named(name: str) -> Project:
    """The project of that name, made when it is new; several processes may ask at once."""
    return Project.objects.get_or_create(name=name)[0]


def unassigned_name(source: Source) -> str:
    """The name of the project that takes a source's records without one."""
    return f"Unassigned ({source.name})"


def projects_named(names: Iterable[str], source: Source) -> dict[str, UUID]:
    """Name → project id. "" is the source's own project for records that name none."""
    wanted = set(names)
    found: dict[str, UUID] = {}
    named = sorted(wanted - {""})
    for start in range(0, len(named), _LOOKUP_CHUNK):
        chunk = named[start : start + _LOOKUP_CHUNK]
        found.update(Project.objects.filter(name__in=chunk).values_list("name", "pk"))
    for name in named:
        if name not in found:
            found[name] = project_named(name).pk
    if "" in wanted:
        found[""] = _unassigned(source)
    return found


def _unassigned(source: Source) -> UUID:
    if source.unassigned_project_id is None:
        project, _ = Project.objects.get_or_create(
            name=unassigned_name(source), defaults={"kind": Project.Kind.UNASSIGNED}
        )
        Source.objects.filter(pk=source.pk).update(unassigned_project=project)
        return project.pk
    return source.unassigned_project_id
