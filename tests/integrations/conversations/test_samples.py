"""Exports of the real applications, against what is known to be in them."""

import json
from pathlib import Path

import pytest
from django.db.models import Sum

from billing.ledger.rebuild import check_rollups
from billing.models import TokenUsage
from chat.models import Conversation, Message
from integrations.services.conversation_import import import_conversations
from integrations.sources.archives import RefusedArchiveError

pytestmark = pytest.mark.django_db


@pytest.fixture
def exports(samples) -> Path:
    return samples / "conversation_exports"


@pytest.fixture
def expected(exports) -> dict:
    return json.loads((exports / "expected.json").read_text())


def run(kind: str, *paths: Path) -> dict[str, int]:
    return {
        name: number
        for name, number in import_conversations(source_kind=kind, paths=list(paths)).counts.as_dict().items()
        if number
    }


def test_chatgpt(exports, expected) -> None:
    truth = expected["chatgpt"]
    assert run("chatgpt", exports / "chatgpt") == {"read": 2, "created": 2}
    messages = Message.objects.all()
    assert Conversation.objects.count() == truth["conversations"]
    assert messages.exclude(content="").count() == truth["messages_total_with_content"]
    assert messages.exclude(metadata__has_key="branch").count() == truth["messages_on_active_path"]
    models = {
        message.metadata["id"]: message.model for message in messages.exclude(model="").order_by("position")
    }
    assert models == truth["models_by_message"]
    assert not TokenUsage.objects.exists()
    assert run("chatgpt", exports / "chatgpt") == {"read": 2, "unchanged": 2}
    untitled = Conversation.objects.get(title="")
    assert (untitled.messages.count(), untitled.started_at.year) == (0, 2026)


def test_an_archive_with_a_path_outside_is_refused(exports) -> None:
    with pytest.raises(RefusedArchiveError, match=r"“../evil.txt” lies outside the archive"):
        run("chatgpt", exports / "chatgpt" / "export.zip")
    assert not Conversation.objects.exists()


def test_claude_ai(exports, expected) -> None:
    truth = expected["claude_ai"]
    assert run("claude-ai", exports / "claude_ai") == {"read": 2, "created": 2}
    assert (Conversation.objects.count(), Message.objects.count()) == (
        truth["conversations"],
        truth["messages"],
    )
    assert not Message.objects.exclude(model="").exists()
    assert not TokenUsage.objects.exists()
    assert run("claude-ai", exports / "claude_ai") == {"read": 2, "unchanged": 2}


def test_open_webui_books_each_answer_once(exports, expected) -> None:
    truth = expected["open_webui"]
    assert run("open-webui", exports / "open_webui") == {"read": 1, "created": 1}
    assert run("open-webui", exports / "open_webui") == {"read": 1, "unchanged": 1}
    columns = ("input_tokens", "cache_read_tokens", "output_tokens")
    calls = TokenUsage.objects.booked()
    assert calls.count() == truth["calls"]
    assert calls.aggregate(**{name: Sum(name) for name in columns}) == {name: truth[name] for name in columns}
    by_model = {call.model: [call.input_tokens, call.output_tokens] for call in calls}
    assert by_model == truth["by_model"]
    assert {(call.message.metadata["id"], call.message.content) for call in calls} == {
        ("m2", "hello"),
        ("m3", "hey"),
    }
    assert Message.objects.count() == 3
    assert check_rollups().drifts == ()


def test_librechat_both_forms_are_one_conversation(exports, expected) -> None:
    folder = exports / "librechat"
    assert run("librechat", folder) == {"read": 2, "created": 1, "duplicates": 1}
    assert run("librechat", folder / "Hi.recursive.json") == {"read": 1, "unchanged": 1}
    assert Message.objects.count() == expected["librechat"]["messages"]
    assert list(Message.objects.order_by("position").values_list("token_count", flat=True)) == [12, 34]
    assert not TokenUsage.objects.exists()
