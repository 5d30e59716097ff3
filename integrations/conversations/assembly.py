"""From the messages of an export to a conversation in its order, with a time for each message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.conversations.drafts import ConversationDraft, MessageDraft
from integrations.conversations.tree import count_branches, kept_parents, paths_of
from integrations.sources.values import BadValueError, optional_moment, text

KEY_LENGTH = 512
_EPOCH = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Exported:
    """The messages of one export. `parents`: every node, in the export's order → its parent's key.

    `leaf`: where the path ends that its reader saw last; "": at the message that was sent last.
    """

    messages: Mapping[str, MessageDraft]
    parents: Mapping[str, str]
    leaf: str = ""


def in_order(draft: ConversationDraft, exported: Exported) -> ConversationDraft:
    """Give `draft` its messages: the active path, then the branches. Its span grows to hold them."""
    leaf = exported.leaf if exported.leaf in exported.parents else _last(exported)
    paths = paths_of(exported.parents, leaf)
    ordered = [key for key in (*paths.active, *paths.beside) if key in exported.messages]
    beside = [key for key in paths.beside if key in exported.messages]
    parents = kept_parents(exported.parents, ordered)
    for key in ordered:
        message = exported.messages[key]
        message.parent = parents[key]
        # A parent on the active path stands before its branches, so that its time is known.
        above = exported.messages[parents[key]].sent_at if parents[key] else None
        message.sent_at = message.sent_at or above or draft.started_at
        message.metadata = {"id": key, **message.metadata}
        draft.messages.append(message)
    for key in beside:
        message = exported.messages[key]
        message.is_branch = True
        message.metadata |= {"branch": True, "parent": message.parent}
    times = [message.sent_at for message in draft.messages if message.sent_at]
    draft.started_at = min([draft.started_at, *times])
    draft.last_activity_at = max([draft.last_activity_at, *times])
    draft.branches = count_branches(parents, beside)
    return draft


def _last(exported: Exported) -> str:
    """The message that was sent last; of equals the later in the export."""
    latest, found = None, ""
    for key, message in exported.messages.items():
        if key not in exported.parents:
            continue
        if latest is None or (message.sent_at is not None and message.sent_at >= latest):
            found, latest = key, message.sent_at or latest
    return found


def span(
    first: datetime | None, last: datetime | None, messages: Mapping[str, MessageDraft], field: str
) -> tuple[datetime, datetime]:
    """When a conversation began and when something last happened in it: never the time of the import.

    Raises BadValueError, naming `field`, when nothing in it has a time.
    """
    times = [message.sent_at for message in messages.values() if message.sent_at]
    known = [time for time in (first, last, *times) if time]
    if not known:
        raise BadValueError(f"{field}: missing, and no message has a time")
    return first or min(known), max(known)


def time_of(value: Any) -> datetime | None:
    """A time of the export; None for none and for what is no time."""
    try:
        found = optional_moment(value, "time")
    except BadValueError:
        return None
    return None if found is None or found < _EPOCH or found > _EPOCH + timedelta(days=365 * 130) else found


def key_of(value: Any) -> str:
    """An id as text; "" for what is none."""
    return text(value, KEY_LENGTH) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def member(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object of that name, empty when it is none."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def members(record: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in the list of that name."""
    value = record.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def fenced(code: str, language: str = "") -> str:
    """Code as the transcript sets it apart; code with fences of its own stays as it is."""
    return code if "```" in code or not code else f"```{language}\n{code}\n```"


def named_file(name: Any, size: Any = None, kind: Any = None, key: Any = None) -> dict[str, Any]:
    """A file that hangs on a message: what the export says of it, never its content."""
    said = {"name": name, "size_bytes": size, "mime_type": kind, "id": key}
    return {field: value for field, value in said.items() if isinstance(value, (str, int)) and value != ""}
