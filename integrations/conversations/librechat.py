"""LibreChat: one file a conversation, with `messages` in a list or, exported recursively, `messagesTree`.

`tokenCount` is an estimate of one message's own text, not the prompt that was billed: it stays with the
message and never enters the ledger. `exportAt` is a local time without a day, and is not read.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
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
from integrations.sources.values import BadValueError, count, plain, text


def parse(record: dict[str, Any]) -> ConversationDraft:
    key = key_of(record.get("conversationId"))
    if not key:
        raise BadValueError("conversationId: missing")
    if not isinstance(record.get("messages"), list) and not isinstance(record.get("messagesTree"), list):
        raise BadValueError("messages, messagesTree: missing; this is no conversation of LibreChat")
    left_out: Counter[str] = Counter()
    messages: dict[str, MessageDraft] = {}
    parents: dict[str, str] = {}
    before = ""
    for number, (message, above) in enumerate(_flat(record), start=1):
        message_key = key_of(message.get("messageId")) or f"message {number}"
        if message_key in parents:
            left_out["repeated messages"] += 1
            continue
        given = message.get("parentMessageId")
        parents[message_key] = above or (before if given is None else key_of(given))
        before = message_key
        draft = _message(message_key, message)
        if draft.content or draft.parts or draft.attachments:
            messages[message_key] = draft
        else:
            left_out["empty messages"] += 1
    began, ended = span(
        time_of(record.get("createdAt")), time_of(record.get("updatedAt")), messages, "createdAt"
    )
    # Recursive exports lack the options.
    last_model = next((message.model for message in reversed(messages.values()) if message.model), "")
    endpoint = text(record.get("endpoint"), 100)
    draft_of_all = ConversationDraft(
        key=key,
        started_at=began,
        last_activity_at=ended,
        title=text(record.get("title"), 500),
        model=text(member(record, "options").get("model"), 200) or last_model,
        metadata={"endpoint": endpoint} if endpoint else {},
        left_out=left_out,
    )
    return in_order(draft_of_all, Exported(messages, parents))


def _flat(record: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every message with its parent's key, as far as its place tells; parents come before their children."""
    listed = members(record, "messages")
    waiting = [(message, "") for message in reversed(listed or members(record, "messagesTree"))]
    while waiting:
        message, above = waiting.pop()
        yield message, above
        own = key_of(message.get("messageId"))
        waiting += [(child, own) for child in reversed(members(message, "children"))]


def _message(key: str, message: Mapping[str, Any]) -> MessageDraft:
    is_person = message.get("isCreatedByUser") is True
    words, parts = [], []
    for block in members(message, "content"):
        said, part = _block(block)
        if part is not None:
            parts.append(part)
        elif said.strip():
            words.append(said)
    written = message.get("text")
    files = [*members(message, "files"), *members(message, "attachments")]
    return MessageDraft(
        key=key,
        role="user" if is_person else "assistant",
        sent_at=time_of(message.get("createdAt")),
        content="\n\n".join(words) or (written if isinstance(written, str) else ""),
        parts=parts,
        attachments=[
            named_file(file.get("filename"), file.get("bytes"), file.get("type"), file.get("file_id"))
            for file in files
        ],
        kind="error" if message.get("error") is True else "chat",
        author_label=text(message.get("sender"), 200),
        model="" if is_person else text(message.get("model"), 200),
        token_count=_estimate(message.get("tokenCount")),
        metadata={"unfinished": True} if message.get("unfinished") is True else {},
    )


def _block(block: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """The words of a block of content, or the part that it is."""
    kind = text(block.get("type"), 100)
    value = block.get(kind) if kind else None
    said = value.get("value") if isinstance(value, dict) and "value" in value else value
    if kind == "text":
        return (said if isinstance(said, str) else ""), None
    if kind == "think":
        return "", {"type": "reasoning", "text": said if isinstance(said, str) else ""}
    if kind == "tool_call" and isinstance(value, dict):
        return "", {
            "type": "tool_call",
            "name": text(value.get("name"), 200),
            "arguments": plain(value.get("args")),
            "result": plain(value.get("output")),
        }
    return "", {"type": kind or "part", "arguments": plain(dict(block))}


def _estimate(value: Any) -> int | None:
    """An estimate that is no count is left out: the message is worth more than it."""
    try:
        return count(value, "tokenCount")
    except BadValueError:
        return None


FORMAT = ConversationFormat("librechat", re.compile(r".+\.json(?:\.gz)?"), parse)
