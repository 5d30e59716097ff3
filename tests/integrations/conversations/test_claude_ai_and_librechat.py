"""Claude.ai and LibreChat: lists and trees, parts, estimates."""

import pytest

from integrations.conversations import claude_ai, librechat
from integrations.sources.values import BadValueError

AT = "2026-02-01T10:00:0{}.000000Z"


def claude(*messages: dict, **overrides) -> dict:
    listed = [
        {"sender": "human", "created_at": AT.format(number), **message}
        for number, message in enumerate(messages)
    ]
    return {"uuid": "c-1", "name": "Parser", "created_at": AT.format(0), "chat_messages": listed, **overrides}


def order(draft) -> list[tuple[str, bool]]:
    return [(message.key, message.is_branch) for message in draft.messages]


def test_a_flat_list_without_parents_is_one_path() -> None:
    draft = claude_ai.parse(claude({"uuid": "a", "text": "1"}, {"uuid": "b", "text": "2"}))
    assert order(draft) == [("a", False), ("b", False)]


def test_edits_and_retries_are_branches() -> None:
    root = "00000000-0000-4000-8000-000000000000"
    record = claude(
        {"uuid": "q", "text": "1", "parent_message_uuid": root},
        {"uuid": "a", "text": "2", "parent_message_uuid": "q"},
        {"uuid": "q2", "text": "3", "parent_message_uuid": root},
    )
    assert order(claude_ai.parse(record)) == [("q2", False), ("q", True), ("a", True)]
    named = claude_ai.parse({**record, "current_leaf_message_uuid": "a"})
    assert order(named) == [("q", False), ("a", False), ("q2", True)]


def test_blocks_become_words_and_parts() -> None:
    content = [
        {"type": "thinking", "thinking": "hm"},
        {"type": "tool_use", "name": "repl", "input": {"code": "1"}},
        {"type": "tool_result", "name": "repl", "content": [{"type": "text", "text": "1"}], "is_error": True},
        {"type": "text", "text": "done"},
        {"type": "token_budget"},
    ]
    files = {"attachments": [{"file_name": "a.py", "file_size": 3}], "files": [{"file_name": "b.png"}]}
    record = {"uuid": "a", "sender": "assistant", "text": "x", "content": content, **files}
    draft = claude_ai.parse(claude(record))
    [message] = draft.messages
    assert (message.role, message.source_role, message.content, message.model) == (
        "assistant",
        "assistant",
        "done",
        "",
    )
    assert message.parts == [
        {"type": "reasoning", "text": "hm"},
        {"type": "tool_call", "name": "repl", "arguments": {"code": "1"}},
        {"type": "tool_result", "name": "repl", "result": "1", "status": "failed"},
    ]
    assert message.attachments == [{"name": "a.py", "size_bytes": 3}, {"name": "b.png"}]


def test_claude_projects_have_names() -> None:
    draft = claude_ai.parse(claude(project={"uuid": "p", "name": "compiler"}, account={"uuid": "acc"}))
    assert (draft.project_name, draft.metadata, draft.messages) == ("compiler", {"account": "acc"}, [])


def libre(**overrides) -> dict:
    return {"conversationId": "l-1", "title": "Hi", "createdAt": AT.format(0), **overrides}


def turn(key: str, **overrides) -> dict:
    return {"messageId": key, "text": key, "sender": "User", "isCreatedByUser": True, **overrides}


def test_librechat_estimates_stay_with_the_message() -> None:
    messages = [
        turn("a", tokenCount=12),
        turn("b", tokenCount=-1, isCreatedByUser=False, model="gpt-4o", sender="GPT-4o", error=True),
    ]
    first, second = librechat.parse(libre(messages=messages)).messages
    assert (first.role, first.token_count, first.call, first.model) == ("user", 12, None, "")
    assert (second.role, second.token_count, second.kind, second.model, second.author_label) == (
        "assistant",
        None,
        "error",
        "gpt-4o",
        "GPT-4o",
    )


def test_librechat_list_and_tree_say_the_same() -> None:
    flat = [turn("a", parentMessageId="0"), turn("b", parentMessageId="a"), turn("c", parentMessageId="a")]
    tree = [{**flat[0], "children": [flat[1], flat[2]]}]
    listed = librechat.parse(libre(messages=flat))
    assert order(listed) == [("a", False), ("c", False), ("b", True)]
    assert librechat.parse(libre(messagesTree=tree)) == listed


def test_librechat_blocks() -> None:
    call = {"name": "look", "args": "{}", "output": "found"}
    content = [
        {"type": "think", "think": "hm"},
        {"type": "tool_call", "tool_call": call},
        {"type": "text", "text": {"value": "one"}},
        {"type": "text", "text": "two"},
    ]
    [message] = librechat.parse(libre(messages=[turn("a", content=content)])).messages
    assert message.content == "one\n\ntwo"
    assert message.parts == [
        {"type": "reasoning", "text": "hm"},
        {"type": "tool_call", "name": "look", "arguments": "{}", "result": "found"},
    ]


@pytest.mark.parametrize(
    ("parse", "record", "message"),
    [
        (claude_ai.parse, {}, "uuid: missing"),
        (claude_ai.parse, {"uuid": "c"}, "chat_messages: missing"),
        (librechat.parse, {}, "conversationId: missing"),
        (librechat.parse, {"conversationId": "c"}, "messages, messagesTree: missing"),
        (librechat.parse, {"conversationId": "c", "messages": [turn("a")]}, "createdAt: missing"),
    ],
)
def test_what_is_no_conversation_is_refused(parse, record, message) -> None:
    with pytest.raises(BadValueError, match=message):
        parse(record)
