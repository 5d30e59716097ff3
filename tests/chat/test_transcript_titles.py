"""A title is words too: wherever conversations are named, only those who may read them find it."""

import json
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from billing.ledger.record import record_usage
from chat.models import Conversation
from core.permissions import Action, may
from projects.models import Membership
from tests.cast import Actor, Cast, signed_in
from tests.factories import make_conversation, make_event, make_member, make_user

pytestmark = pytest.mark.django_db

DAYS = {"from": "2026-11-17", "to": "2026-11-19"}


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    conversation = make_conversation(cast.project, title="Refund for order 48213")
    record_usage([make_event(cast.project, conversation_id=conversation.pk)])
    return conversation


@pytest.fixture(params=["viewer", "finance"])
def counting(request: pytest.FixtureRequest, cast: Cast) -> Actor:
    """Somebody who may see what conversations cost and not what was said."""
    if request.param == "finance":
        return signed_in(make_user(role=User.Role.FINANCE))
    return signed_in(make_member(cast.project, Membership.Role.VIEWER))


def answer(actor: Actor, view_name: str, *args: str, **params: Any) -> str:
    response = actor.client.get(reverse(view_name, args=args), {**DAYS, **params})
    assert response.status_code == 200
    return response.content.decode()


def answers(actor: Actor, conversation: Conversation) -> dict[str, str]:
    """What the pages that name conversations say."""
    return {
        "list": answer(actor, "chat:conversations"),
        "transcript": answer(actor, "chat:transcript", str(conversation.pk)),
        "calls": answer(actor, "billing:calls", conversation=str(conversation.pk)),
        "report": answer(actor, "billing:report", group_by="conversation"),
        **(
            {"file": answer(actor, "billing:report_download", "json", group_by="conversation")}
            if may(actor.user, Action.EXPORT)
            else {}
        ),
    }


def test_it_stands_on_every_page_of_a_reader(cast: Cast, conversation: Conversation) -> None:
    without = [name for name, text in answers(cast.member, conversation).items() if "Refund" not in text]
    assert without == []
    assert "Refund" in answer(cast.member, "dashboard:search", q="48213")


def test_others_find_a_neutral_name(counting: Actor, conversation: Conversation) -> None:
    said = answers(counting, conversation)
    assert [name for name, text in said.items() if "Refund" in text or "48213" in text] == []
    assert [name for name, text in said.items() if conversation.neutral_name not in text] == []
    assert "Refund" not in answer(counting, "dashboard:search", q="order")
    assert str(conversation.pk) not in answer(counting, "dashboard:search", q="order")


def test_the_export_of_finance_has_calls_alone(cast: Cast, conversation: Conversation) -> None:
    finance = signed_in(make_user(role=User.Role.FINANCE))
    data = json.loads(answer(finance, "chat:transcript", str(conversation.pk), format="json"))
    assert (data["title"], data["messages"], len(data["calls"])) == (None, [], 1)
