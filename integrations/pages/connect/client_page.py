"""One client: its lines, with our address and once with a new key, and when it was heard last."""

from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from core.addresses import public_address
from core.permissions import Action, may
from integrations.connect.client import PLACEHOLDER, Client
from integrations.pages.connect.files import command_of
from integrations.pages.connect.links import connect_url, import_url
from integrations.pages.connect.projects import choosable_projects
from integrations.pages.connect.received import Received, received_by_client, refused_url
from integrations.services.import_kinds import IMPORT_KINDS
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Block:
    place: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Status:
    """The part that is asked for again and again."""

    received: Received
    refused_url: str
    url: str


@dataclass(frozen=True, slots=True)
class ClientPage:
    """`has_key`: the lines hold the new key, this once. `is_key_gone`: they did, the last time."""

    client: Client
    project: Project | None
    projects: "QuerySet[Project]"
    blocks: tuple[Block, ...]
    address: str
    has_key: bool
    is_key_gone: bool
    may_make_key: bool
    status: Status
    list_url: str
    import_url: str
    import_command: str

    @property
    def is_archived(self) -> bool:
        return self.project is not None and self.project.status == Project.Status.ARCHIVED


def status_of(client: Client, user: User, project: Project | None) -> Status:
    received = received_by_client(user, project).get(client.slug, Received(client.slug))
    return Status(
        received,
        refused_url(client, user, project) if received.rejected else "",
        connect_url(project, client.slug),
    )


@sensitive_variables()
def client_page(
    request: HttpRequest,
    user: User,
    client: Client,
    project: Project | None,
    *,
    secret: str | None,
    is_made: bool,
) -> ClientPage:
    """`secret`: the key to show now. `is_made`: the address names a key that was made here."""
    address = public_address(request)
    has_files = client.import_kind in IMPORT_KINDS
    may_import = may(user, Action.IMPORT, project.pk if project else None)
    return ClientPage(
        client=client,
        project=project,
        projects=choosable_projects(user),
        blocks=tuple(
            Block(lines.place, lines.filled(address, secret or PLACEHOLDER)) for lines in client.blocks
        ),
        address=address,
        has_key=secret is not None,
        is_key_gone=is_made and secret is None,
        may_make_key=project is not None and may(user, Action.MANAGE_KEYS, project.pk),
        status=status_of(client, user, project),
        list_url=connect_url(project),
        import_url=import_url(client.import_kind, project) if has_files and may_import else "",
        import_command=command_of(client.import_kind, project) if has_files else "",
    )
