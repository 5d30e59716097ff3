"""Work sessions, and the files that they include and exclude: in tables of their own, or as lists."""

import json
from collections.abc import Iterator
from typing import Any

from integrations.systems.declarations import AnyDraft, Draft, Links, RefusedError
from integrations.systems.fields import timed
from integrations.systems.row import Row
from integrations.systems.s4.directories import name_by_hash, project_of
from integrations.systems.secrets import without_secrets
from projects.models import SessionFile, WorkSession
from projects.models.work_session import SessionFileKind

_LISTS = {
    "included_files": SessionFileKind.INCLUDED,
    "excluded_files": SessionFileKind.EXCLUDED,
    "force_excluded_files": SessionFileKind.EXCLUDED,
}
"""Columns of sessions that hold files, a JSON array or a path a line."""

_SETTINGS = (
    *("title_regex", "content_regex", "negative_title_regex", "negative_content_regex", "is_regex_active"),
    *("title_regex_description", "content_regex_description", "negative_title_regex_description"),
    *("negative_content_regex_description", "regex_summary_explanation", "search_selected_files_only"),
    *("pasted_paths", "pattern_description", "diff_temperature", "video_analysis_prompt"),
    *("merge_instructions", "task_history_version", "file_history_version"),
    *("task_history_current_index", "file_history_current_index"),
)
_MAX_PATH_BYTES = 2_000
"""A path stands in an index, whose entries PostgreSQL limits to a third of a page."""


def session(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A session in the project of its directory, which is known by the session's hash from here on."""
    project = project_of(links, row.text("project_directory"))
    if project is None:
        row.flag("no_project")
    for column in _LISTS.keys() & row.values.keys():
        row.raw(column)
    changed = row.time("updated_at")
    known, once = timed(links, row, "created_at", row.time("created_at"), changed)
    fields: dict[str, Any] = {
        "name": row.text("name"),
        "task_description": row.text("task_description"),
        "search_term": row.text("search_term"),
        "model": row.text("model_used") if "model_used" in row else "",
        "settings": _settings(row),
        "codebase_structure": row.text("codebase_structure") if "codebase_structure" in row else "",
        **known,
    }
    if moment := changed or known.get("created_at"):
        fields["updated_at"] = moment
    own_hash = row.text("project_hash")
    if own_hash:
        row.keep("project_hash", own_hash)
        if project is not None:
            name_by_hash(links, own_hash, project)
    fields["metadata"] = row.rest()
    yield Draft(WorkSession, fields, links.unassigned if project is None else project.id, once=once)


def listed_files(row: Row, links: Links) -> Iterator[AnyDraft]:
    """The files that stand in columns of the session itself. A path that is named twice counts once."""
    own = links.own(row)
    if own is None or own.project_id is None:
        return
    met = set()
    for column, kind in _LISTS.items():
        for path in _paths(row, column) if column in row else ():
            if (kind, path) in met:
                continue
            met.add((kind, path))
            if _is_too_long(path):
                row.flag("path_too_long")
                continue
            yield Draft(
                SessionFile,
                {"session_id": own.id, "kind": kind, "path": path, "created_at": own.values["created_at"]},
                own.project_id,
                part=f"{kind}/{path}",
            )


def _settings(row: Row) -> dict[str, Any]:
    there = {name: row.raw(name) for name in _SETTINGS if name in row}
    return {
        name: value if isinstance(value, int | float) else without_secrets(row.text(name))
        for name, value in there.items()
        if value not in (None, "")
    }


def included_file(row: Row, links: Links) -> Iterator[AnyDraft]:
    yield _file(row, links, SessionFileKind.INCLUDED)


def excluded_file(row: Row, links: Links) -> Iterator[AnyDraft]:
    yield _file(row, links, SessionFileKind.EXCLUDED)


def session_file(row: Row, links: Links) -> Iterator[AnyDraft]:
    is_included = row.boolean("included")
    if is_included is None:
        row.flag("unknown_words")
    yield _file(row, links, SessionFileKind.EXCLUDED if is_included is False else SessionFileKind.INCLUDED)


def _file(row: Row, links: Links, kind: SessionFileKind) -> Draft:
    """A row that names a file has no clock: it is as old as its session."""
    owner = links.to(row, "session_id")
    if owner is None or owner.project_id is None:
        raise RefusedError("session_id: there is no such session")
    path = row.text(row.first("path", "file_path"))
    if not path:
        raise RefusedError("path: missing")
    if _is_too_long(path):
        raise RefusedError(f"path: longer than {_MAX_PATH_BYTES} bytes")
    return Draft(
        SessionFile,
        {"session_id": owner.id, "kind": kind, "path": path, "created_at": owner.values["created_at"]},
        owner.project_id,
    )


def _paths(row: Row, column: str) -> Iterator[str]:
    text = row.text(column)
    if not text.lstrip().startswith("["):
        yield from filter(None, (line.rstrip("\r") for line in text.split("\n")))
        return
    try:
        listed = json.loads(text)
    except ValueError:
        row.flag("invalid_json")
        return
    for path in listed:
        if isinstance(path, str) and path:
            yield path
        else:
            row.flag("unreadable_paths")


def _is_too_long(path: str) -> bool:
    return len(path.encode("utf-8", "surrogatepass")) > _MAX_PATH_BYTES
