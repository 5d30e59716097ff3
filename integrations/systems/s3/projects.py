"""projects, and their channels: `channels` at first, `project_channels` later."""

from collections.abc import Iterator

from integrations.models import GitHubRepository
from integrations.systems.declarations import AnyDraft, Draft, Links
from integrations.systems.fields import times
from integrations.systems.row import Row
from integrations.systems.s3.addresses import address, github_name
from integrations.systems.s3.people import disabled_at
from integrations.systems.vocabularies import translated
from projects.models import Channel, Project
from projects.models.channel import GENERAL
from projects.models.project import ProjectStatus

_STATUS = {**{status: status for status in ProjectStatus.values}, "deleted": ProjectStatus.ARCHIVED}
_NAMES = "channel_names"


def project(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A project and its repository on GitHub. What is archived, deleted or deactivated there is archived."""
    owner = links.to(row, "owner_id")
    moments, url = times(row), address(row, "git_url")
    said = translated(row, "status", _STATUS, ProjectStatus.ACTIVE)
    archived, ended = row.time("archived_at") if "archived_at" in row else None, disabled_at(row)
    if said == ProjectStatus.ARCHIVED:
        archived = archived or moments.get("updated_at")
    since, once = archived or ended, {}
    if said == ProjectStatus.ARCHIVED and since is None:
        once = {"archived_at": links.time_of(row, None)}
    if ended is not None:
        row.keep("deactivated_at", ended.isoformat())
    yield Draft(
        Project,
        {
            "name": row.text("name"),
            "description": row.text("description"),
            "owner_id": None if owner is None else owner.id,
            "status": ProjectStatus.ARCHIVED if since or once else ProjectStatus.ACTIVE,
            **({} if once else {"archived_at": since}),
            "source_status": row.text("status"),
            "git_url": url,
            "branch": row.text("branch"),
            "local_path": row.text("local_path"),
            "avatar_url": row.text("avatar_url"),
            **moments,
            "metadata": row.rest(),
        },
        once=once,
    )
    if name := github_name(url):
        fields = {
            "person_id": None if owner is None else owner.id,
            "name": name,
            "url": f"https://github.com/{name}",
            "clone_url": url,
            **moments,
        }
        yield Draft(GitHubRepository, fields, links.id(row), part="repository")


def channel(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A channel; one called `general` is the project's own of that name.

    Names are unique in a project here: a second channel of a name gets a part of its id appended.
    """
    found = links.to(row, "project_id")
    if found is None:
        row.flag("no_project")
    owner = links.to(row, "owner_id") if "owner_id" in row else None
    project_id = links.unassigned if found is None else found.id
    key, wanted = links.key(row), row.text("name").strip() or f"Channel {row.text('id')}"
    is_first = links.claim(row, _NAMES, f"{project_id}:{wanted}")
    name = wanted if is_first else f"{wanted} ({row.text('id')[:8]})"
    if not is_first:
        row.flag("channel_name_taken")
    # It is written at once, since it may turn out to be the project's `general`.
    ours = links.shared(
        "channel_rows",
        key,
        lambda: Draft(Channel, {"name": name[:200]}, project_id, adopts={"name": name[:200]}),
    )
    archived, ended = row.time("archived_at") if "archived_at" in row else None, disabled_at(row)
    general = links.met(_NAMES, f"{project_id}:{GENERAL}")
    is_general = name == GENERAL or (general is not None and general.id == ours.id)
    fields = {"name": name, "archived_at": archived or ended}
    if is_general and fields != {"name": GENERAL, "archived_at": None}:
        row.flag("general_stays")
        row.keep("name", name)
        fields = {"name": GENERAL, "archived_at": None}
    for column, value in (("archived_at", archived), ("deactivated_at", ended)):
        if value is not None:
            row.keep(column, value.isoformat())
    if owner is not None:
        row.keep("owner_id", row.text("owner_id"))
    fields |= {"description": row.text("description"), **times(row), "metadata": row.rest()}
    yield Draft(Channel, fields, project_id, into=ours.id)
    if is_first:
        yield Draft(Channel, {}, project_id, into=ours.id, remembered_as=(_NAMES, f"{project_id}:{wanted}"))
