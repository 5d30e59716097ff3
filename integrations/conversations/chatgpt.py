"""ChatGPT: `conversations.json` of a data export, a tree of messages a conversation.

It tells no tokens and no cost. `current_node` ends the path that the reader saw last; other paths are answers
that were made anew and questions that were edited. Times are seconds since 1970 and may be missing.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from integrations.conversations.assembly import (
    Exported,
    fenced,
    in_order,
    key_of,
    member,
    members,
    named_file,
    span,
    time_of,
)
from integrations.conversations.drafts import ConversationDraft, ConversationFormat, MessageDraft
from integrations.sources.values import BadValueError, plain, text

_ROLES = frozenset({"user", "assistant", "system", "tool"})
_CODE = frozenset({"code", "execution_output"})


def parse(record: dict[str, Any]) -> ConversationDraft:
    key = key_of(record.get("conversation_id")) or key_of(record.get("id"))
    if not key:
        raise BadValueError("conversation_id: missing")
    nodes = record.get("mapping")
    if not isinstance(nodes, dict):
        raise BadValueError("mapping: missing; this is no conversation of ChatGPT")
    left_out: Counter[str] = Counter()
    messages = _messages(nodes, left_out)
    parents = {
        key_of(name): key_of(node.get("parent")) if isinstance(node, dict) else ""
        for name, node in nodes.items()
    }
    began, ended = span(
        time_of(record.get("create_time")), time_of(record.get("update_time")), messages, "create_time"
    )
    project = key_of(record.get("conversation_template_id")) or key_of(record.get("gizmo_id"))
    draft = ConversationDraft(
        key=key,
        started_at=began,
        last_activity_at=ended,
        title=text(record.get("title"), 500),
        project_name=project[:200],
        model=text(record.get("default_model_slug"), 200),
        metadata={"is_archived": True} if record.get("is_archived") is True else {},
        left_out=left_out,
    )
    return in_order(draft, Exported(messages, parents, key_of(record.get("current_node"))))


def _messages(nodes: Mapping[str, Any], left_out: Counter[str]) -> dict[str, MessageDraft]:
    """The messages to read, by their node's key; the others are counted."""
    messages = {}
    for name, node in nodes.items():
        key = key_of(name)
        message = node.get("message") if isinstance(node, dict) else None
        if not isinstance(message, dict):
            continue
        if _is_hidden(message):
            left_out["hidden messages"] += 1
            continue
        draft = _message(key, message)
        if draft.content or draft.parts or draft.attachments:
            messages[key] = draft
        else:
            left_out["empty messages"] += 1
    return messages


def _is_hidden(message: Mapping[str, Any]) -> bool:
    weight = message.get("weight")
    is_weightless = weight is not None and not isinstance(weight, str) and weight == 0
    return is_weightless or member(message, "metadata").get("is_visually_hidden_from_conversation") is True


def _message(key: str, message: Mapping[str, Any]) -> MessageDraft:
    author, metadata = member(message, "author"), member(message, "metadata")
    role = text(author.get("role"), 50)
    draft = MessageDraft(
        key=key,
        role=role if role in _ROLES else "other",
        sent_at=time_of(message.get("create_time")),
        source_role=role,
        author_label=text(author.get("name"), 200),
        model=text(metadata.get("model_slug"), 200) if role == "assistant" else "",
        attachments=[
            named_file(file.get("name"), file.get("size"), file.get("mime_type"), file.get("id"))
            for file in members(metadata, "attachments")
        ],
    )
    _read_content(member(message, "content"), text(message.get("recipient"), 200), draft)
    return draft


def _read_content(content: Mapping[str, Any], recipient: str, draft: MessageDraft) -> None:
    kind = text(content.get("content_type"), 100)
    if kind and kind != "text":
        draft.metadata["content_type"] = kind
    if kind == "thoughts":
        draft.parts = [
            {"type": "reasoning", "text": _joined([thought.get("summary"), thought.get("content")])}
            for thought in members(content, "thoughts")
        ]
        return
    said = _said(content, draft)
    if kind == "reasoning_recap":
        draft.parts = [{"type": "reasoning", "text": said}] if said else []
    elif kind == "code" and recipient not in {"", "all"}:
        draft.parts = [{"type": "tool_call", "name": recipient, "arguments": said}] if said else []
    elif kind in _CODE:
        language = text(content.get("language"), 30)
        draft.content = fenced(said, language if language.isalnum() and language != "unknown" else "")
    else:
        draft.content = said
        draft.kind = "error" if kind == "system_error" else "chat"


def _said(content: Mapping[str, Any], draft: MessageDraft) -> str:
    """The words, wherever this kind of content keeps them; pictures and sounds become attachments."""
    parts = content.get("parts")
    words: list[Any] = []
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, dict):
            words.append(part)
        elif isinstance(part.get("text"), str):
            words.append(part["text"])
        else:
            draft.attachments.append(_pointer(part))
    return _joined([*words, *(content.get(name) for name in ("title", "text", "result", "content", "url"))])


def _pointer(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = text(part.get("content_type"), 100)
    named = named_file(None, part.get("size_bytes"), None, part.get("asset_pointer"))
    sizes = {name: part[name] for name in ("width", "height") if isinstance(part.get(name), int)}
    return {"type": kind, **named, **sizes} if named else {"type": kind, "content": plain(dict(part))}


def _joined(words: list[Any]) -> str:
    return "\n\n".join(each for each in words if isinstance(each, str) and each.strip())


FORMAT = ConversationFormat("chatgpt", re.compile(r"conversations(?:-\d+)?\.json(?:\.gz)?"), parse)
