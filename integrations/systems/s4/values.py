"""Settings and remembered state: cached_state, key_value_store, project_settings, active_sessions."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.systems.declarations import AnyDraft, Draft, Links, RefusedError
from integrations.systems.row import Row
from integrations.systems.s4.directories import project_of, project_of_hash
from integrations.systems.secrets import REMOVED, is_secret_name, secrets_in, without_secrets
from projects.models import StoredValue

_ACTIVE = "activeSession"


def key_value(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A value of the whole installation. `activeSession:<hash>` names a session."""
    key = row.text("key")
    value = _value(row, "value", key)
    if key.startswith(f"{_ACTIVE}:"):
        _check_session(row, links, value)
    yield _draft(row, links.main, "", key, value)


def cached_state(row: Row, links: Links) -> Iterator[AnyDraft]:
    """A value of a directory. Its hash, the application's or an MD5, may be all that names the project."""
    key = row.text("key")
    yield _draft(row, _project_id(row, links), row.text("project_hash"), key, _value(row, "value", key))


def project_settings(row: Row, links: Links) -> Iterator[AnyDraft]:
    """One JSON document of settings a directory; in the first schema the session that was active there."""
    column = row.first("settings", "value", "active_session_id")
    key = row.text(row.first("key", "setting_key", "output_format")) or "project_settings"
    value = _value(row, column, key)
    if column == "active_session_id":
        _check_session(row, links, value)
    yield _draft(row, _project_id(row, links), row.text("project_hash"), key, value)


def active_session(row: Row, links: Links) -> Iterator[AnyDraft]:
    """The session that was active in a directory, before key_value_store held it."""
    value = row.text("session_id") or None
    _check_session(row, links, value)
    yield _draft(row, _project_id(row, links), row.text("project_hash"), _ACTIVE, value)


def _draft(row: Row, project_id: UUID, scope: str, key: str, value: str | None) -> Draft:
    """A value; its table knows when it changed last, not when it was made."""
    if not key:
        raise RefusedError("key: missing")
    changed = row.time("updated_at")
    fields: dict[str, Any] = {"scope": scope, "key": key, "value": value}
    once: dict[str, datetime] = {}
    if changed is not None:
        fields["updated_at"] = changed
        once["created_at"] = changed
    fields["metadata"] = row.rest()
    return Draft(StoredValue, fields, project_id, once=once)


def _project_id(row: Row, links: Links) -> UUID:
    """The project of the directory, or of the hash; else that of the installation."""
    directory = row.text("project_directory") if "project_directory" in row else ""
    project = project_of(links, directory) or project_of_hash(links, row.text("project_hash"))
    if project is None or project.project_id is None:
        return links.main
    return project.project_id


def _value(row: Row, column: str, key: str) -> str | None:
    """The text as it is, unless it holds secrets: those are removed, from the JSON that it is too."""
    if row.raw(column) is None:
        return None
    text = row.text(column)
    clean = _without_secrets(text, key)
    if clean != text:
        row.flag("secrets_removed")
    return clean


def _without_secrets(text: str, key: str) -> str:
    if text and any(map(is_secret_name, re.split(r"[^\w-]+", key))):
        return REMOVED
    try:
        parsed = json.loads(text)
    except ValueError:
        return str(without_secrets(text, secrets_in(text)))
    if not isinstance(parsed, dict | list | str):
        return text
    clean = without_secrets(parsed, secrets_in(parsed))
    return text if clean == parsed else json.dumps(clean, ensure_ascii=False)


def _check_session(row: Row, links: Links, value: str | None) -> None:
    """A session that is gone leaves its id behind: the value stays, and is flagged."""
    key = (value or "").strip('"')
    if key and links.met("sessions", key) is None:
        row.flag("dangling_links")
