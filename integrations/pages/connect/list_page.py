"""All clients, and which of them were heard."""

from dataclasses import dataclass

from django.http import QueryDict

from accounts.models import User
from integrations.connect.client import Client, Family
from integrations.connect.registry import CLIENTS
from integrations.pages.connect.files import FileGroup, file_groups
from integrations.pages.connect.links import connect_url
from integrations.pages.connect.projects import chosen_project
from integrations.pages.connect.received import Received, received_by_client
from integrations.pages.imports.access import may_import
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Line:
    client: Client
    url: str
    received: Received


@dataclass(frozen=True, slots=True)
class LineGroup:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    project: Project | None
    groups: tuple[LineGroup, ...]
    files: tuple[FileGroup, ...]
    may_import: bool
    url: str

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for group in self.groups for line in group.lines)


def list_page(query: QueryDict, user: User) -> ListPage:
    project = chosen_project(query, user)
    heard = received_by_client(user, project)
    lines = [
        Line(client, connect_url(project, client.slug), heard.get(client.slug, Received(client.slug)))
        for client in CLIENTS.values()
    ]
    groups = [
        LineGroup(family.value, tuple(line for line in lines if line.client.family == family))
        for family in Family
    ]
    return ListPage(
        project=project,
        groups=tuple(groups),
        files=file_groups(project),
        may_import=may_import(user),
        url=connect_url(project),
    )
