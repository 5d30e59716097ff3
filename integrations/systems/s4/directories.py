"""Projects out of project_directory: a session's, a job's, a stored value's."""

import re

from integrations.systems.declarations import Draft, Found, Links
from projects.models import Project

_NONE = frozenset({"", "global"})
"""What stands in place of a directory where a value belongs to the whole installation."""

_BY_HASH = "project_hash"


def path_hash(directory: str) -> str:
    """The application's own hash of a path, 8 hex digits: h * 31 + unit over UTF-16, from 5381."""
    units = directory.encode("utf-16-le", "surrogatepass")
    value = 5381
    for place in range(0, len(units), 2):
        value = (value * 31 + int.from_bytes(units[place : place + 2], "little")) & 0xFFFFFFFF
    return f"{value:08x}"


def directory_name(directory: str) -> str:
    """The last component of a POSIX or Windows path; the path itself when it has none."""
    return re.split(r"[/\\]", directory.rstrip("/\\"))[-1] or directory


def project_of(links: Links, directory: str) -> Found | None:
    """The project of a directory, made when it is first met; None where there is no directory."""
    if directory.strip() in _NONE:
        return None

    def make() -> Draft:
        return Draft(
            Project,
            {
                "name": directory_name(directory),
                "local_path": directory,
                "metadata": {"path_hash": path_hash(directory)},
            },
        )

    return links.shared("project_directory", directory, make)


def name_by_hash(links: Links, own_hash: str, project: Found) -> None:
    """Remember the project under a session's hash: some tables name their project by nothing else."""
    links.shared(_BY_HASH, own_hash, lambda: Draft(Project, {}, into=project.id))


def project_of_hash(links: Links, own_hash: str) -> Found | None:
    """The project that was remembered under this hash."""
    return links.met(_BY_HASH, own_hash) if own_hash else None
