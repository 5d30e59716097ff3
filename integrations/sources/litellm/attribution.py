"""Whose call a LiteLLM record tells of."""

from typing import Any

from integrations.sources.nested import member, members
from integrations.sources.values import each, text

_NOBODY = frozenset({"default_user_id", "None"})
"""What LiteLLM writes for calls made with the master key."""

_ENVIRONMENT_TAGS = ("env:", "environment:")


def project(record: dict[str, Any]) -> str:
    """The key's project, else its team: names before ids. Empty when the key belongs to none."""
    metadata = member(record, "metadata")
    candidates = (
        metadata.get("user_api_key_project_alias"),
        metadata.get("user_api_key_project_id"),
        metadata.get("user_api_key_team_alias"),
        metadata.get("team_alias"),
        metadata.get("user_api_key_team_id"),
        metadata.get("team_id"),
        record.get("team_id"),
    )
    return _first(candidates, 200)


def person(record: dict[str, Any]) -> str:
    """The end user whom the caller named, else the owner of the key."""
    metadata = member(record, "metadata")
    candidates = (
        record.get("end_user"),
        metadata.get("user_api_key_end_user_id"),
        metadata.get("user_api_key_user_email"),
        metadata.get("user_api_key_user_id"),
        record.get("user"),
    )
    return _first(candidates, 320)


def session(record: dict[str, Any], call_id: str) -> str:
    """The conversation: the logger puts the caller's session id into `trace_id`. A call's own id is none."""
    found = _first((record.get("session_id"), record.get("trace_id")), 255)
    return "" if found in {call_id, record.get("litellm_call_id")} else found


def request_tags(record: dict[str, Any]) -> tuple[str, ...]:
    return each(members(record, "request_tags"), lambda tag: text(tag, 200))


def environment(tags: tuple[str, ...]) -> str:
    """From a tag such as "env:prod"."""
    for tag in tags:
        for prefix in _ENVIRONMENT_TAGS:
            if tag.lower().startswith(prefix):
                return text(tag[len(prefix) :], 64)
    return ""


def _first(candidates: tuple[Any, ...], limit: int) -> str:
    for candidate in candidates:
        found = text(candidate, limit)
        if found and found not in _NOBODY:
            return found
    return ""
