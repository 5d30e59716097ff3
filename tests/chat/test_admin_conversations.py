"""Conversations in the admin: what they cost, who may rename and delete them."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from billing.ledger.record import record_usage
from billing.models import TokenUsage
from chat.models import Conversation, Message
from projects.models import Membership
from tests.cast import Cast, signed_in
from tests.factories import make_conversation, make_event, make_member, make_message, make_price

pytestmark = pytest.mark.django_db

LIST = reverse("admin:chat_conversation_changelist")


def change(conversation: Conversation) -> str:
    return reverse("admin:chat_conversation_change", args=[conversation.pk])


def form(conversation: Conversation, **changes: Any) -> dict[str, Any]:
    return {
        "title": conversation.title,
        "person": "",
        "agent_label": "",
        "environment": "",
        "tags": "[]",
        "tool_executions-TOTAL_FORMS": "0",
        "tool_executions-INITIAL_FORMS": "0",
        **{
            f"{prefix}-{name}_FORMS": "0"
            for prefix in ("participants", "participants-2")
            for name in ("TOTAL", "INITIAL")
        },
        **changes,
    }


def listed(cast: Cast) -> list[tuple[Any, ...]]:
    rows = cast.owner.client.get(LIST).context["cl"].result_list
    return [(row.title, row.messages_number, row.calls, row.total_cost, row.unpriced) for row in rows]


def test_the_list_says_what_each_cost_and_what_is_unpriced(cast: Cast) -> None:
    make_price()
    priced = make_conversation(cast.project, title="Priced")
    mixed = make_conversation(cast.project, title="Mixed")
    unknown = make_conversation(cast.project, title="Unknown")
    make_conversation(cast.project, title="Silent")
    make_message(priced)
    make_message(priced)
    acme = {"provider": "acme", "model": "acme-1"}
    partial = make_event(cast.project, conversation_id=priced.pk, **acme, output_tokens=1, native_id="once")
    record_usage([partial])
    record_usage(
        [
            make_event(cast.project, conversation_id=priced.pk, **acme, output_tokens=100, native_id="once"),
            make_event(cast.project, conversation_id=mixed.pk, **acme),
            make_event(cast.project, conversation_id=mixed.pk, model="nobody-knows"),
            make_event(cast.project, conversation_id=unknown.pk, model="nobody-knows"),
            make_event(cast.project, conversation_id=unknown.pk, model="nobody-knows", status="error"),
        ]
    )
    assert sorted(listed(cast)) == [
        ("Mixed", 0, 2, Decimal("0.0012"), 1),
        ("Priced", 2, 1, Decimal("0.0012"), 0),
        ("Silent", 0, 0, None, 0),
        ("Unknown", 0, 2, None, 1),
    ]
    page = cast.owner.client.get(LIST).content.decode()
    assert page.count('<span class="unpriced">unpriced</span>') == 2


def test_a_part_of_a_title_and_the_start_of_the_sources_id_find_it(cast: Cast) -> None:
    refund = make_conversation(cast.project, title="Refund for order 48213", source="s", external_id="abc-1")
    make_conversation(cast.project, title="Something else", source="s", external_id="xabc-2")
    for term in ("order 482", "REFUND", "abc"):
        assert list(cast.owner.client.get(LIST, {"q": term}).context["cl"].result_list) == [refund], term


def test_a_manager_renames_it_and_its_project_stays(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    sent = form(conversation, title="Renamed", tags='["vip"]', external_id="forged", project="")
    assert manager.client.post(change(conversation), sent).status_code == 302
    conversation.refresh_from_db()
    assert (conversation.title, conversation.tags, conversation.external_id, conversation.project) == (
        "Renamed",
        ["vip"],
        "",
        cast.project,
    )


def test_other_members_only_look(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    assert cast.member.client.get(change(conversation)).status_code == 200
    assert cast.member.client.post(change(conversation), form(conversation)).status_code == 403
    assert cast.owner.client.get(reverse("admin:chat_conversation_add")).status_code == 403


def test_a_deleted_conversation_goes_into_the_bin_with_its_messages_and_its_spend_stays(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    make_message(conversation)
    record_usage([make_event(cast.project, conversation_id=conversation.pk)])
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    url = reverse("admin:chat_conversation_delete", args=[conversation.pk])
    assert manager.client.post(url, {"post": "yes"}).status_code == 302
    shown = (Conversation.objects.visible_to(manager.user), Message.objects.visible_to(manager.user))
    assert [rows.count() for rows in shown] == [0, 0]
    assert TokenUsage.objects.get().conversation_id == conversation.pk


def test_messages_are_shown_shortened_and_never_rewritten(cast: Cast) -> None:
    message = make_message(make_conversation(cast.project), content="<b>" + "long " * 40 + "end of it")
    url = reverse("admin:chat_message_changelist")
    page = cast.owner.client.get(url).content.decode()
    assert "&lt;b&gt;long long" in page
    assert "end of it" not in page
    change_url = reverse("admin:chat_message_change", args=[message.pk])
    assert "end of it" in cast.owner.client.get(change_url).content.decode()
    assert cast.owner.client.post(change_url, {"content": "never said"}).status_code == 403
    found = cast.owner.client.get(url, {"q": message.conversation_id}).context["cl"].result_list
    assert list(found) == [message]
