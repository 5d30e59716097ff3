"""ChatGPT: every kind of content, what is hidden, and times that are missing."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.conversations.chatgpt import parse
from integrations.conversations.drafts import MessageDraft
from integrations.sources.values import BadValueError
from tests.integrations.conversations.exports import START, chatgpt, chatgpt_message

BEGAN = datetime.fromtimestamp(START, UTC)


def read(content: dict, role: str = "assistant", **overrides) -> MessageDraft:
    [message] = parse(chatgpt(("a", None, chatgpt_message("", role, content=content, **overrides)))).messages
    return message


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ({"content_type": "text", "parts": ["one", "two"]}, "one\n\ntwo"),
        ({"content_type": "code", "language": "python", "text": "print(1)"}, "```python\nprint(1)\n```"),
        ({"content_type": "code", "language": "unknown", "text": "x"}, "```\nx\n```"),
        ({"content_type": "execution_output", "text": "1"}, "```\n1\n```"),
        ({"content_type": "tether_quote", "title": "T", "text": "quoted", "url": "u"}, "T\n\nquoted\n\nu"),
        ({"content_type": "tether_browsing_display", "result": "found"}, "found"),
        ({"content_type": "something_new", "text": "kept"}, "kept"),
    ],
)
def test_words_wherever_they_stand(content, kept) -> None:
    assert read(content).content == kept


def test_pictures_are_attachments_and_spoken_words_words() -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://f", "size_bytes": 3}
    spoken = {"content_type": "audio_transcription", "text": "hello"}
    message = read({"content_type": "multimodal_text", "parts": [picture, spoken, "look"]}, "user")
    assert message.content == "hello\n\nlook"
    assert message.attachments == [{"type": "image_asset_pointer", "size_bytes": 3, "id": "file-service://f"}]


def test_thoughts_are_reasoning_and_code_for_a_tool_is_a_call() -> None:
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "Plan", "content": "First this"}]}
    assert read(thoughts).parts == [{"type": "reasoning", "text": "Plan\n\nFirst this"}]
    called = read({"content_type": "code", "text": '{"q": 1}'}, recipient="browser.search")
    assert called.parts == [{"type": "tool_call", "name": "browser.search", "arguments": '{"q": 1}'}]


def test_names_of_files_and_tools_are_kept() -> None:
    file = {"id": "f1", "name": "plan.pdf", "size": 12, "mime_type": "application/pdf"}
    message = read({"content_type": "text", "parts": ["x"]}, "user", metadata={"attachments": [file]})
    assert message.attachments == [
        {"name": "plan.pdf", "size_bytes": 12, "mime_type": "application/pdf", "id": "f1"}
    ]
    tool = read({"content_type": "text", "parts": ["x"]}, "tool", author={"role": "tool", "name": "python"})
    assert (tool.role, tool.author_label, tool.model) == ("tool", "python", "")


def test_what_is_hidden_or_empty_is_left_out_and_counted() -> None:
    hidden = chatgpt_message("x", metadata={"is_visually_hidden_from_conversation": True})
    draft = parse(
        chatgpt(
            ("root", None, None),
            ("s", "root", chatgpt_message("system", "system", weight=0.0)),
            ("h", "s", hidden),
            ("e", "h", chatgpt_message(" ")),
            ("u", "e", chatgpt_message("said")),
        )
    )
    assert [message.content for message in draft.messages] == ["said"]
    assert draft.messages[0].parent == ""
    assert draft.left_out == {"hidden messages": 2, "empty messages": 1}


def test_a_missing_time_is_that_of_the_message_before_or_of_the_conversation() -> None:
    draft = parse(
        chatgpt(
            ("a", None, chatgpt_message("first")),
            ("b", "a", chatgpt_message("second", at=START + 500)),
            ("c", "b", chatgpt_message("third")),
        )
    )
    late = BEGAN + timedelta(seconds=500)
    assert [message.sent_at for message in draft.messages] == [BEGAN, late, late]
    assert (draft.started_at, draft.last_activity_at) == (BEGAN, late)


def test_without_any_time_it_is_refused_and_not_dated_today() -> None:
    nodes = ("a", None, chatgpt_message("x"))
    with pytest.raises(BadValueError, match="create_time: missing, and no message has a time"):
        parse(chatgpt(nodes, create_time=None, update_time=None))
    told = ("a", None, chatgpt_message("x", at=START))
    assert parse(chatgpt(told, create_time=None, update_time="soon")).started_at == BEGAN


@pytest.mark.parametrize(
    ("overrides", "message"),
    [({"conversation_id": None}, "conversation_id: missing"), ({"mapping": []}, "mapping: missing")],
)
def test_what_is_no_conversation_is_refused(overrides, message) -> None:
    with pytest.raises(BadValueError, match=message):
        parse(chatgpt(**overrides))


def test_project_title_and_archive_mark() -> None:
    draft = parse(chatgpt(title=None, gizmo_id="g-p-1", is_archived=True, default_model_slug="gpt-5"))
    assert (draft.title, draft.project_name, draft.model, draft.metadata) == (
        "",
        "g-p-1",
        "gpt-5",
        {"is_archived": True},
    )


def test_without_a_current_node_the_newest_message_ends_the_path() -> None:
    record = chatgpt(
        ("q", None, chatgpt_message("q", at=START)),
        ("new", "q", chatgpt_message("new", "assistant", START + 9)),
        ("old", "q", chatgpt_message("old", "assistant", START + 5)),
        leaf="unknown",
    )
    draft = parse(record)
    assert [(message.key, message.is_branch) for message in draft.messages] == [
        ("q", False),
        ("new", False),
        ("old", True),
    ]
    assert (draft.branches, draft.messages[2].metadata) == (1, {"id": "old", "branch": True, "parent": "q"})
