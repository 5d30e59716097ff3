"""Where model calls stand in a transcript: under their message, or at their time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from billing.ledger.record import record_usage
from chat.models import Conversation, Message
from chat.pages import transcript_page as module
from chat.pages.transcript_page import TranscriptPage
from tests.cast import Cast
from tests.factories import NOON, make_conversation, make_event, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    """Four messages, a minute apart."""
    conversation = make_conversation(cast.project)
    for minute in range(4):
        make_message(conversation, role="assistant", sent_at=NOON + timedelta(minutes=minute))
    return conversation


def book(conversation: Conversation, model: str, seconds: int, message: Message | None = None) -> None:
    """A call that ended so many seconds after the first message."""
    record_usage(
        [
            make_event(
                conversation.project,
                conversation_id=conversation.pk,
                message_id=message.pk if message else None,
                model=model,
                occurred_at=NOON + timedelta(seconds=seconds),
            )
        ]
    )


def opened(cast: Cast, conversation: Conversation, **params: int) -> TranscriptPage:
    response = cast.owner.client.get(reverse("chat:transcript", args=[conversation.pk]), params)
    page: TranscriptPage = response.context["page"]
    return page


def order(page: TranscriptPage) -> list[tuple[int | None, list[str]]]:
    """Each turn's position (None for calls of no message) and the models of its calls."""
    return [
        (turn.message.position if turn.message else None, [call.model for call in turn.calls])
        for turn in page.turns
    ]


def test_each_call_stands_on_one_page(
    cast: Cast, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    messages = list(conversation.messages.order_by("position"))
    book(conversation, "before-all", -5)
    book(conversation, "first", 0, messages[0])
    book(conversation, "between-pages", 90)
    book(conversation, "long-after-its-message", 3000, messages[1])
    book(conversation, "long-before-its-message", -3000, messages[2])
    book(conversation, "after-all", 4000)
    first, second = opened(cast, conversation), opened(cast, conversation, after=2)
    assert order(first) == [
        (None, ["before-all"]),
        (1, ["first"]),
        (2, ["long-after-its-message"]),
        (None, ["between-pages"]),
    ]
    assert order(second) == [(3, ["long-before-its-message"]), (4, []), (None, ["after-all"])]
    assert (first.next_after, second.next_after) == (2, None)


def test_a_call_for_another_conversations_message_is_not_lost(cast: Cast, conversation: Conversation) -> None:
    elsewhere = make_message(make_conversation(cast.project))
    book(conversation, "of-a-subagent", 30, elsewhere)
    assert order(opened(cast, conversation))[:2] == [(1, []), (None, ["of-a-subagent"])]


def test_a_position_behind_the_last_opens_the_first_page(cast: Cast, conversation: Conversation) -> None:
    page = opened(cast, conversation, after=99)
    assert [position for position, _ in order(page)] == [1, 2, 3, 4]
    assert page.is_first


def test_more_calls_than_a_page_lists_are_said(
    cast: Cast, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CALLS", 2)
    for number in range(3):
        book(conversation, f"call-{number}", 5000 + number)
    page = opened(cast, conversation)
    assert order(page)[-1] == (None, ["call-0", "call-1"])
    assert (page.has_more_calls, page.totals.calls) == (True, 3)
    shown = cast.owner.client.get(reverse("chat:transcript", args=[conversation.pk])).content.decode()
    assert "Not all calls are listed here" in shown
