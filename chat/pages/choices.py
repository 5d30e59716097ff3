"""What the filters of pages offer."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from projects.models import Project

MOST = 100


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


def project_choices(user: User, chosen: UUID | None) -> tuple[Choice, ...]:
    """The first projects that the user sees, by name, and the chosen one."""
    visible = Project.objects.visible_to(user).only("name").order_by("name")
    projects = list(visible[:MOST])
    if chosen and chosen not in {project.pk for project in projects}:
        projects += visible.filter(pk=chosen)
    return tuple(Choice(str(project.pk), project.name, project.pk == chosen) for project in projects)


def read_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
