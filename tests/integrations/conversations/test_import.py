"""Importing exports again, newer, older, in part, in pieces."""

import json
from pathlib import Path
from typing import Any

import pytest

from billing.models import TokenUsage
from chat.models import Conversation, Message
from integrations.models import ImportedRow, ImportRun, RejectedRecord, Source
from integrations.services.conversation_import import import_conversations
from integrations.services.runs import SourceKindError
from integrations.sources.files import NothingToReadError
from projects.models import Project
from tests.factories import make_conversation, make_source
from tests.integrations.conversations.exports import (
    QUESTION,
    START,
    answer,
    chatgpt,
    chatgpt_message,
    dialogue,
    open_webui,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "conversations.json"


def run(*paths: Path, kind: str = "chatgpt", **options: Any) -> dict[str, int]:
    """The counts of an import that are not zero."""
    result = import_conversations(source_kind=kind, paths=list(paths), **options)
    return {name: number for name, number in result.counts.as_dict().items() if number}


def transcript() -> list[str]:
    rows = Message.objects.order_by("position").values_list("position", "content", "metadata")
    assert [position for position, *_ in rows] == list(range(1, len(rows) + 1))
    return [content + ("*" if metadata.get("branch") else "") for _, content, metadata in rows]


def test_again_changes_nothing(path) -> None:
    write(path, dialogue(3), dialogue(2, conversation_id="c-2"))
    assert run(path) == {"read": 2, "created": 2}
    before = list(Message.objects.order_by("pk").values()), list(Conversation.objects.order_by("pk").values())
    assert run(path) == {"read": 2, "unchanged": 2}
    after = list(Message.objects.order_by("pk").values()), list(Conversation.objects.order_by("pk").values())
    assert after == before
    assert list(ImportRun.objects.order_by("created_at").values_list("status", "created", "unchanged")) == [
        ("completed", 2, 0),
        ("completed", 0, 2),
    ]


def test_a_newer_export_adds_what_is_new_and_keeps_each_message(path) -> None:
    run(write(path, dialogue(2)))
    first = Message.objects.get(position=1)
    result = import_conversations(source_kind="chatgpt", paths=[write(path, dialogue(4, title="Bergen"))])
    assert result.counts.as_dict() | {"updated": 1} == result.counts.as_dict()
    assert (result.messages["created"], result.messages["unchanged"]) == (2, 2)
    assert transcript() == ["words 0", "words 1", "words 2", "words 3"]
    assert Conversation.objects.get().title == "Bergen"
    assert Message.objects.get(position=1).pk == first.pk


def test_an_answer_made_anew_moves_the_old_one_behind_the_path(path) -> None:
    question = ("q", None, chatgpt_message("q", at=START))
    old = ("a", "q", chatgpt_message("old", "assistant", START + 1))
    new = ("b", "q", chatgpt_message("new", "assistant", START + 2))
    more = ("q2", "b", chatgpt_message("more", at=START + 3))
    run(write(path, chatgpt(question, old)))
    assert run(write(path, chatgpt(question, old, new, more, update_time=START + 200))) == {
        "read": 1,
        "updated": 1,
    }
    assert transcript() == ["q", "new", "more", "old*"]
    assert run(path) == {"read": 1, "unchanged": 1}


def test_a_message_that_left_the_export_stays_and_may_come_back(path) -> None:
    run(write(path, dialogue(4)))
    shorter = dialogue(2, update_time=START + 200)
    result = import_conversations(source_kind="chatgpt", paths=[write(path, shorter)])
    assert (result.counts.updated, result.messages["gone"]) == (1, 2)
    assert transcript() == ["words 0", "words 1", "words 2*", "words 3*"]
    assert run(path) == {"read": 1, "unchanged": 1}
    run(write(path, dialogue(5, update_time=START + 300)))
    assert transcript() == [f"words {number}" for number in range(5)]
    assert not Message.objects.filter(metadata__gone=True).exists()


def test_an_older_export_changes_nothing(path, tmp_path) -> None:
    newer = write(tmp_path / "b" / "conversations.json", dialogue(4))
    older = write(tmp_path / "a" / "conversations.json", dialogue(2, title="Before"))
    run(newer)
    result = import_conversations(source_kind="chatgpt", paths=[older])
    assert (result.counts.unchanged, dict(result.stayed)) == (1, {"are here in a newer form already": 1})
    assert (len(transcript()), Conversation.objects.get().title) == (4, "Oslo")


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_two_exports_at_once_end_with_the_newer(tmp_path, order) -> None:
    write(tmp_path / "a" / "conversations.json", dialogue(2))
    write(tmp_path / "b" / "conversations.json", dialogue(4))
    paths = [tmp_path / name for name in order]
    assert run(*paths) == {"read": 2, "created": 1, "duplicates": 1}
    assert len(transcript()) == 4
    assert run(*paths) == {"read": 2, "unchanged": 1, "duplicates": 1}
    assert len(transcript()) == 4


def test_a_dry_run_leaves_no_trace(path) -> None:
    write(path, dialogue(2), dialogue(2), {"conversation_id": "broken"})
    assert run(path, dry_run=True, project_name="New") == {
        "read": 3,
        "created": 1,
        "duplicates": 1,
        "rejected": 1,
    }
    for model in (Conversation, Message, Project, Source, ImportRun, ImportedRow, RejectedRecord):
        assert not model.objects.exists()


def test_what_was_deleted_here_is_not_brought_back(path) -> None:
    run(write(path, dialogue(2)))
    Conversation.objects.get().delete()
    result = import_conversations(source_kind="chatgpt", paths=[write(path, dialogue(3))])
    assert (result.counts.unchanged, dict(result.stayed)) == (1, {"were deleted here and stay deleted": 1})
    assert not Message.objects.exists()


def test_projects_are_the_exports_own_or_the_one_given(path, tmp_path) -> None:
    mine = dialogue(1, gizmo_id="g-p-1")
    run(write(path, mine, dialogue(1, conversation_id="c-2")))
    rows = Conversation.objects.order_by("external_id").values_list("external_id", "project__name")
    assert list(rows) == [("c-1", "g-p-1"), ("c-2", "Unassigned (chatgpt)")]
    run(path, project_name="Ours", source_name="ada")
    assert Project.objects.get(name="Ours").conversations.count() == 2
    run(write(path, {**mine, "title": "New", "update_time": START + 50}))
    assert Conversation.objects.get(title="New").project.name == "g-p-1"


def rows_but_of_runs() -> list[list[dict[str, Any]]]:
    models = (Conversation, Message, ImportedRow, RejectedRecord, TokenUsage)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("is_gone", [False, True])
def test_an_import_into_a_project_leaves_what_stands_in_another_as_it_is(path, is_gone) -> None:
    chat = open_webui(QUESTION, answer(usage={"prompt_tokens": 10, "completion_tokens": 2}))
    run(write(path, chat), kind="open-webui", project_name="Theirs")
    if is_gone:
        Conversation.objects.get().delete()
    before = rows_but_of_runs()
    forged = open_webui(
        {**QUESTION, "content": "Forged"},
        answer(content="Forged", usage={"prompt_tokens": 9_000, "completion_tokens": 9_000}),
        answer("b", usage={"prompt_tokens": True}),
        title="Forged",
        updated_at=START + 999,
    )
    for told in (chat, forged):
        result = import_conversations(
            source_kind="open-webui", paths=[write(path, told, told)], project_name="Ours"
        )
        assert (result.counts.read, result.counts.unchanged, result.counts.duplicates) == (2, 1, 1)
        assert dict(result.stayed) == {"stay in the project of their first import, as they are": 1}
        assert not any(result.messages.values())
        assert not result.calls
    assert rows_but_of_runs() == before


def test_a_conversation_that_is_there_by_its_session_is_taken_over(path) -> None:
    project = Project.objects.create(name="Shop")
    there = make_conversation(project, source="chatgpt", external_id="c-1", title="")
    run(write(path, dialogue(1)), project_name="Shop")
    there.refresh_from_db()
    assert (there.title, there.messages.count()) == ("Oslo", 1)


def test_bad_records_are_kept_beside_good_ones(path) -> None:
    path.write_text(json.dumps([dialogue(1), {"title": "x"}, 7]) + "[{]")
    result = import_conversations(source_kind="chatgpt", paths=[path])
    assert [entry.reason.partition(":")[0] for entry in result.rejections] == [
        "conversation_id",
        "is not a JSON object",
        "damaged JSON, the 3 before it were read",
    ]
    assert RejectedRecord.objects.count() == 3
    run_row = ImportRun.objects.get()
    assert (run_row.status, run_row.read, run_row.created, run_row.rejected) == ("completed", 4, 1, 3)


def test_characters_that_no_database_stores_are_replaced(path) -> None:
    record = json.dumps([dialogue(1, title="a\x00b")]).replace("words 0", r"x\u0000y\ud800z")
    path.write_text(record)
    result = import_conversations(source_kind="chatgpt", paths=[path])
    assert Conversation.objects.get().title == "a\ufffdb"
    assert Message.objects.get().content == "x\ufffdy?z"
    assert result.notices == ["Characters that no database stores were replaced in 2 texts."]
    assert run(path) == {"read": 1, "unchanged": 1}


def test_calls_are_booked_once_and_linked(path) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 2}
    bad = {"prompt_tokens": True, "completion_tokens": 2}
    chat = open_webui(QUESTION, answer(usage=usage), answer("b", usage=bad))
    result = import_conversations(source_kind="open-webui", paths=[write(path, chat)])
    assert (result.counts.created, dict(result.calls)) == (1, {"created": 1, "rejected": 1})
    assert result.rejections[0].reason == "prompt_tokens: True is not a whole number"
    call = TokenUsage.objects.get()
    assert call.message is not None
    assert call.conversation is not None
    assert (call.message.content, call.conversation.external_id, call.source, call.session_id) == (
        "Fine",
        "chat-1",
        "open-webui",
        "chat-1",
    )
    assert run(path, kind="open-webui") == {"read": 1, "unchanged": 1}
    assert TokenUsage.objects.count() == 1
    other = import_conversations(source_kind="open-webui", paths=[path], source_name="another server")
    assert other.calls["created"] == 1, "ids are each server's own"


def test_a_source_of_another_kind_and_nothing_to_read(path, tmp_path) -> None:
    make_source(name="taken")
    write(path, dialogue(1))
    with pytest.raises(SourceKindError):
        run(path, source_name="taken")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToReadError, match="the folder holds no such export"):
        run(tmp_path / "empty")
    with pytest.raises(NothingToReadError, match="no such file or folder"):
        run(tmp_path / "missing")
    with pytest.raises(NothingToReadError, match="give an export's folder"):
        run()
