"""Claude.ai: `conversations.json` of a data export, a flat list of messages a conversation.

It tells neither model nor tokens. Edited questions and answers made anew stand in the same list;
`parent_message_uuid`, where it is there, tells which follows which. The whole export has no
`current_leaf_message_uuid`: the path of the message that was sent last is the one to read.
"""

import re
from collections import Counter
from collections.abc import Mapping
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
from integrations.sources.values import BadValueError, plain, text

_FILE = ("file_name", "file_size", "file_type", "file_uuid")
_ROLES = {"human": "user", "assistant": "assistant"}


def parse(record: dict[str, Any]) -> ConversationDraft:
    key = key_of(record.get("uuid"))
    if not key:
        raise BadValueError("uuid: missing")
    if not isinstance(record.get("chat_messages"), list):
        raise BadValueError("chat_messages: missing; this is no conversation of Claude.ai")
    left_out: Counter[str] = Counter()
    messages: dict[str, MessageDraft] = {}
    parents: dict[str, str] = {}
    before = ""
    for number, message in enumerate(members(record, "chat_messages"), start=1):
        message_key = key_of(message.get("uuid")) or f"message {number}"
        if message_key in parents:
            left_out["repeated messages"] += 1
            continue
        # A root's parent is an id that no message has.
        given = message.get("parent_message_uuid")
        parents[message_key] = before if given is None else key_of(given)
        before = message_key
        draft = _message(message_key, message)
        if draft.content or draft.parts or draft.attachments:
            messages[message_key] = draft
        else:
            left_out["empty messages"] += 1
    began, ended = span(
        time_of(record.get("created_at")), time_of(record.get("updated_at")), messages, "created_at"
    )
    project, account = member(record, "project"), member(record, "account")
    draft_of_all = ConversationDraft(
        key=key,
        started_at=began,
        last_activity_at=ended,
        title=text(record.get("name"), 500),
        project_name=text(project.get("name") or project.get("uuid"), 200),
        model=text(record.get("model"), 200),
        metadata={"account": key_of(account.get("uuid"))} if key_of(account.get("uuid")) else {},
        left_out=left_out,
    )
    leaf = key_of(record.get("current_leaf_message_uuid"))
    return in_order(draft_of_all, Exported(messages, parents, leaf))


def _message(key: str, message: Mapping[str, Any]) -> MessageDraft:
    sender = text(message.get("sender"), 50)
    words, parts = [], []
    for block in members(message, "content"):
        kind = block.get("type")
        if kind == "text":
            words.append(block.get("text"))
        elif kind != "token_budget":
            parts.append(_part(text(kind, 100), block))
    content = "\n\n".join(each for each in words if isinstance(each, str) and each.strip())
    written = message.get("text")
    if not content and not parts and isinstance(written, str):
        content = written
    return MessageDraft(
        key=key,
        role=_ROLES.get(sender, "other"),
        sent_at=time_of(message.get("created_at")),
        content=content,
        parts=parts,
        attachments=[
            named_file(*(file.get(field) for field in _FILE))
            for name in ("attachments", "files")
            for file in members(message, name)
        ],
        source_role=sender,
    )


def _part(kind: str, block: Mapping[str, Any]) -> dict[str, Any]:
    name = text(block.get("name"), 200)
    if kind == "thinking":
        return {"type": "reasoning", "text": text(block.get("thinking"), 10**9)}
    if kind == "tool_use":
        return {
            "type": "tool_call",
            "name": name,
            "arguments": plain(block.get("input")),
        }
    if kind == "tool_result":
        texts = [each["text"] for each in members(block, "content") if isinstance(each.get("text"), str)]
        result = "\n\n".join(texts) or plain(block.get("content"))
        part = {"type": "tool_result", "name": name, "result": result}
        return {**part, "status": "failed"} if block.get("is_error") is True else part
    return {"type": kind or "part", "arguments": plain(dict(block))}


FORMAT = ConversationFormat("claude-ai", re.compile(r"conversations(?:-\d+)?\.json(?:\.gz)?"), parse)
