"""Open WebUI: an array of chats, each with a tree of messages under `chat.history`.

`chat.messages` repeats the path to `currentId` and is read only where there is no tree (exports of 2023).
Answers of several models to one question are siblings. Times are seconds since 1970.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.conversations.assembly import (
    Exported,
    in_order,
    key_of,
    member,
    members,
    named_file,
    span,
    time_of,
)
from integrations.conversations.drafts import ConversationDraft, ConversationFormat, MessageDraft
from integrations.conversations.open_webui.usage import call_of, usage_of
from integrations.sources.values import BadValueError, each, text

_ROLES = frozenset({"user", "assistant", "system", "tool"})


def parse(record: dict[str, Any]) -> ConversationDraft:
    chat = member(record, "chat") or record
    key = key_of(record.get("id")) or key_of(chat.get("id"))
    if not key:
        raise BadValueError("id: missing")
    history = member(chat, "history")
    if not isinstance(history.get("messages"), dict) and not isinstance(chat.get("messages"), list):
        raise BadValueError("chat: holds no messages; this is no chat of Open WebUI")
    left_out: Counter[str] = Counter()
    nodes, parents = _nodes(history, chat)
    messages = {name: read for name, node in nodes.items() if (read := _message(name, node, left_out))}
    began, ended = span(
        time_of(record.get("created_at")) or time_of(chat.get("timestamp")),
        time_of(record.get("updated_at")),
        messages,
        "created_at",
    )
    draft = ConversationDraft(
        key=key,
        started_at=began,
        last_activity_at=ended,
        title=text(record.get("title") or chat.get("title"), 500),
        project_name=text(member(record, "folder").get("name") or record.get("folder_id"), 200),
        metadata={"is_archived": True} if record.get("archived") is True else {},
        tags=list(each(member(record, "meta").get("tags"), lambda tag: text(tag, 100))),
        left_out=left_out,
    )
    in_order(draft, Exported(messages, parents, key_of(history.get("currentId"))))
    _add_calls(draft, nodes, text(record.get("user_id"), 320))
    return draft


def _nodes(
    history: Mapping[str, Any], chat: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The messages by their key, and each one's parent."""
    tree = member(history, "messages")
    if tree:
        nodes = {key_of(name): node for name, node in tree.items() if isinstance(node, dict)}
        return nodes, {name: key_of(node.get("parentId")) for name, node in nodes.items()}
    nodes, parents, before = {}, {}, ""
    for number, node in enumerate(members(chat, "messages"), start=1):
        name = key_of(node.get("id")) or f"message {number}"
        nodes[name], parents[name] = node, before
        before = name
    return nodes, parents


def _message(key: str, node: Mapping[str, Any], left_out: Counter[str]) -> MessageDraft | None:
    role = text(node.get("role"), 50)
    is_answer = role == "assistant"
    content, attachments = _content(node)
    draft = MessageDraft(
        key=key,
        role=role if role in _ROLES else "other",
        sent_at=time_of(node.get("timestamp")),
        content=content,
        attachments=attachments,
        kind="error" if node.get("error") else "chat",
        source_role=role,
        author_label=text(node.get("modelName"), 200) if is_answer else "",
        model=text(node.get("model"), 200) if is_answer else "",
        metadata={"model_index": node["modelIdx"]} if isinstance(node.get("modelIdx"), int) else {},
    )
    # An answer that was cut before its first word may still have been billed.
    if draft.content or draft.attachments or usage_of(node):
        return draft
    left_out["empty messages"] += 1
    return None


def _content(node: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """The words, and the names of what hangs on them."""
    attachments = [
        named_file(
            file.get("name") or member(file, "file").get("filename"),
            file.get("size"),
            file.get("type"),
            file.get("id"),
        )
        for file in members(node, "files")
    ]
    content = node.get("content")
    if isinstance(content, list):
        words = [block.get("text") for block in members(node, "content") if block.get("type") == "text"]
        content = "\n\n".join(word for word in words if isinstance(word, str))
    error = member(node, "error").get("content") or node.get("error")
    said = content if isinstance(content, str) else ""
    return said or (error if isinstance(error, str) else ""), attachments


def _add_calls(draft: ConversationDraft, nodes: Mapping[str, Mapping[str, Any]], user: str) -> None:
    for message in draft.messages:
        node = nodes[message.key]
        usage = usage_of(node)
        if not usage or message.role == "user" or message.sent_at is None:
            continue
        try:
            call = call_of(draft.key, message.key, node, usage, message.sent_at)
        except BadValueError as error:
            message.call_fault, message.call_raw = str(error), usage
        else:
            message.call = replace(call, person_label=user)


FORMAT = ConversationFormat("open-webui", re.compile(r".+\.json(?:\.gz)?"), parse)
