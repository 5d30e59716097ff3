"""The files that can be brought here in place of live records."""

import shlex
from dataclasses import dataclass

from integrations.pages.connect.links import import_url
from integrations.services.import_kinds import IMPORT_KINDS, KindGroup
from projects.models import Project

_COMMANDS = {
    KindGroup.USAGE: "import_usage",
    KindGroup.REPORTS: "import_usage",
    KindGroup.CONVERSATIONS: "import_conversations",
}
_PLACES = {
    "claude-code": "~/.claude/projects",
    "codex": "~/.codex/sessions",
    "gemini-cli": "~/.gemini/tmp",
}


@dataclass(frozen=True, slots=True)
class FileKind:
    kind: str
    label: str
    description: str
    url: str
    command: str


@dataclass(frozen=True, slots=True)
class FileGroup:
    title: str
    kinds: tuple[FileKind, ...]


def file_groups(project: Project | None) -> tuple[FileGroup, ...]:
    found = {
        group: tuple(
            FileKind(
                kind.kind,
                kind.label,
                kind.description,
                import_url(kind.kind, project),
                command_of(kind.kind, None),
            )
            for kind in IMPORT_KINDS.values()
            if kind.group == group
        )
        for group in KindGroup
    }
    return tuple(FileGroup(group.value, kinds) for group, kinds in found.items() if kinds)


def command_of(kind: str, project: Project | None) -> str:
    place = _PLACES.get(kind, "PATH")
    group = IMPORT_KINDS[kind].group
    # A name is whatever somebody called it: a shell must not read it.
    into = "" if project is None or group == KindGroup.REPORTS else f" --project {shlex.quote(project.name)}"
    return f".venv/bin/python manage.py {_COMMANDS[group]} {kind} {place}{into}"
