"""A conversation as one reads it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing.ledger.record import record_usage
from chat.models import Conversation, Message
from tests.factories import (
    NOON,
    make_conversation,
    make_event,
    make_member,
    make_message,
    make_owner,
    make_price,
    make_project,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def refund() -> Conversation:
    """A question, an answer with a tool call and two model calls of $0.0012, and a call of no message."""
    make_price()
    conversation = make_conversation(
        make_project(), title="Refund for order 48213", agent_label="Support agent"
    )
    make_message(conversation, content="My order came with the wrong size.", author_label="Priya Nair")
    call = {
        "type": "tool_call",
        "name": "lookup_order",
        "arguments": {"order_id": "48213"},
        "result": "one filter",
        "status": "completed",
    }
    answer = make_message(
        conversation,
        role=Message.Role.ASSISTANT,
        content="Let me look.\n\n```sql\nSELECT 1\n```\n\nDone.",
        parts=[call],
        model="acme-1",
        sent_at=NOON + timedelta(seconds=5),
    )
    common = {"provider": "acme", "model": "acme-1", "conversation_id": conversation.pk}
    record_usage(
        [
            make_event(conversation.project, message_id=answer.pk, cache_read_tokens=400, **common),
            make_event(conversation.project, message_id=answer.pk, **common),
            make_event(conversation.project, occurred_at=NOON + timedelta(hours=1), **common),
        ]
    )
    return conversation


def read(client: Client, user: User, conversation: Conversation, query: str = "") -> str:
    client.force_login(user)
    response = client.get(reverse("chat:transcript", args=[conversation.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_turns_tools_and_costs_stand_in_order(client: Client, refund: Conversation) -> None:
    page = read(client, make_owner(), refund)
    wanted = [
        "Refund for order 48213",
        "PN",
        "Priya Nair",
        "My order came with the wrong size.",
        "Support agent",
        "lookup_order",
        "order_id: &quot;48213&quot;",
        "completed",
        "one filter",
        "<p>Let me look.</p>",
        '<pre class="code">SELECT 1</pre>',
        "<p>Done.</p>",
        "in <b>1,000</b>, 400 cached",
        "$0.0012",
        "$0.0036",
    ]
    position = 0
    for text in wanted:
        found = page.find(text, position)
        assert found >= 0, text
        position = found
    assert page.count('class="usage"') == 3


def test_what_was_said_is_never_html(client: Client) -> None:
    script = "<script>alert(1)</script>"
    conversation = make_conversation(make_project(), title=script, agent_label=script, tags=[script])
    parts = [
        {
            "type": "tool_call",
            "name": script,
            "arguments": {script: script},
            "result": script,
            "status": script,
        },
        {"type": "reasoning", "text": script},
        "no object",
        7,
    ]
    make_message(
        conversation, content=f"{script}\n```\n{script}\n```", author_label=script, model=script, parts=parts
    )
    assert script not in read(client, make_owner(), conversation)


@pytest.mark.parametrize("role", ["analyst", "operator", "manager"])
def test_members_who_may_read_do(client: Client, refund: Conversation, role: str) -> None:
    assert "wrong size" in read(client, make_member(refund.project, role), refund)


def test_viewers_and_finance_see_the_cost_and_not_a_word(client: Client, refund: Conversation) -> None:
    for user in (make_member(refund.project, "viewer"), make_user(role=User.Role.FINANCE)):
        pages = [read(client, user, refund)]
        if user.role == User.Role.FINANCE:
            pages.append(read(client, user, refund, "?format=json"))
        for page in pages:
            for word in ("Refund", "wrong size", "lookup_order", "48213", "SELECT"):
                assert word not in page
        assert "$0.0036" in read(client, user, refund)
        listed = client.get(reverse("chat:conversations")).content.decode()
        assert "Refund" not in listed
        assert "$0.0036" in listed
        found = client.get(reverse("chat:conversations"), {"q": "Refund"}).context["page"]
        assert found.lines == ()


def test_viewers_export_nothing(client: Client, refund: Conversation) -> None:
    client.force_login(make_member(refund.project, "viewer"))
    address = reverse("chat:transcript", args=[refund.pk])
    assert "?format=json" not in client.get(address).content.decode()
    assert client.get(f"{address}?format=json").status_code == 403


def test_others_find_nothing(client: Client, refund: Conversation) -> None:
    for user in (make_user(), make_member(make_project())):
        client.force_login(user)
        assert client.get(reverse("chat:transcript", args=[refund.pk])).status_code == 404
        assert "Refund" not in client.get(reverse("chat:conversations")).content.decode()


def test_without_messages_the_calls_are_the_story(client: Client) -> None:
    conversation = make_conversation(make_project(), title="", external_id="abcdef0123")
    record_usage(
        [make_event(conversation.project, conversation_id=conversation.pk, provider="x", model="unheard-of")]
    )
    page = read(client, make_owner(), conversation)
    assert "This source sends no message text." in page
    assert "unheard-of" in page
    assert "unpriced" in page


def test_long_transcripts_come_in_pages(client: Client) -> None:
    conversation = make_conversation(make_project())
    Message.objects.bulk_create(
        Message(
            project=conversation.project,
            conversation=conversation,
            position=number,
            role="user",
            content=f"word-{number}-",
            sent_at=NOON + timedelta(seconds=number),
        )
        for number in range(1, 251)
    )
    first, second = (
        read(client, make_owner(), conversation),
        read(client, make_owner(), conversation, "?after=200"),
    )
    assert ("word-200-" in first, "word-201-" in first, "?after=200" in first) == (True, False, True)
    assert ("word-200-" in second, "word-250-" in second) == (False, True)
    assert "word-1-" in read(client, make_owner(), conversation, "?after=nonsense")


def test_a_longer_conversation_takes_no_more_queries(client: Client) -> None:
    client.force_login(make_owner())
    counts = []
    for size in (5, 50):
        conversation = make_conversation(make_project())
        for number in range(1, size + 1):
            make_message(conversation, position=number)
        url = reverse("chat:transcript", args=[conversation.pk])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_export_holds_everything_once(client: Client, refund: Conversation) -> None:
    client.force_login(make_owner())
    response = client.get(reverse("chat:transcript", args=[refund.pk]), {"format": "json"})
    assert response["Content-Disposition"] == f'attachment; filename="conversation-{refund.pk}.json"'
    data = response.json()
    assert [(message["position"], message["role"]) for message in data["messages"]] == [
        (1, "user"),
        (2, "assistant"),
    ]
    assert [Decimal(call["cost"]) for call in data["calls"]] == [Decimal("0.0012")] * 3
