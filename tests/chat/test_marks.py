"""Tags and reactions on the transcript: who sees them, who gives them, and where one lands."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from chat.models import Conversation, Message, Reaction, Tagging
from chat.services.reactions import react
from chat.services.tags import add_tag
from core.ids import new_id
from tests.factories import make_conversation, make_member, make_message, make_owner, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    return make_conversation(make_project(), tags=["imported", "VIP", 7])


@pytest.fixture
def message(conversation: Conversation) -> Message:
    return make_message(conversation)


def url(conversation: Conversation) -> str:
    return reverse("chat:mark", args=[conversation.pk])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(client: Client, conversation: Conversation) -> Any:
    return client.get(reverse("chat:transcript", args=[conversation.pk]))


def test_marks_of_both_origins_stand_side_by_side(conversation: Conversation, message: Message) -> None:
    owner = make_owner()
    add_tag(conversation, "vip", owner)
    add_tag(conversation, "wrong answer", owner, message=message)
    react(conversation, "up", owner)
    react(conversation, "up", make_owner())
    react(conversation, "eyes", make_owner(), message=message)
    page = page_of(signed_in(owner), conversation).context["page"]
    shown = page.marks
    assert [(tag.name, tag.is_ours) for tag in shown.tags] == [("vip", True), ("imported", False)]
    assert [(chip.kind, chip.number, chip.is_mine) for chip in shown.reactions] == [("up", 2, True)]
    [turn] = page.turns
    assert [tag.name for tag in turn.marks.tags] == ["wrong answer"]
    assert [(chip.kind, chip.number, chip.is_mine) for chip in turn.marks.reactions] == [("eyes", 1, False)]


def test_giving_and_taking_back_without_script(conversation: Conversation, message: Message) -> None:
    client = signed_in(make_member(conversation.project))
    sent = (
        {"do": "add", "tag": " To check "},
        {"do": "react heart"},
        {"do": "add", "tag": "odd", "message": message.pk, "after": "200"},
        {"do": "react down", "message": message.pk},
    )
    answers = [client.post(url(conversation), {"message": "", **data}) for data in sent]
    transcript = reverse("chat:transcript", args=[conversation.pk])
    assert [answer.headers["Location"] for answer in answers] == [
        transcript,
        transcript,
        f"{transcript}?after=200#m1",
        f"{transcript}#m1",
    ]
    tags = Tagging.objects.order_by("id").values_list("tag__name", "message")
    assert list(tags) == [("To check", None), ("odd", message.pk)]
    reactions = Reaction.objects.order_by("id").values_list("kind", "message")
    assert list(reactions) == [("heart", None), ("down", message.pk)]
    for data in (
        {"do": "remove to check"},
        {"do": "unreact heart"},
        {"do": "remove odd", "message": message.pk},
        {"do": "unreact down", "message": message.pk},
    ):
        client.post(url(conversation), data)
    assert (Tagging.objects.count(), Reaction.objects.count()) == (0, 0)


def test_the_form_offers_what_can_be_done(conversation: Conversation) -> None:
    member = make_member(conversation.project)
    add_tag(conversation, "vip", member)
    react(conversation, "up", member)
    html = page_of(signed_in(member), conversation).content.decode()
    for value in ("add", "remove vip", "unreact up", "react down"):
        assert f'value="{value}"' in html
    assert 'value="remove imported"' not in html


def test_viewers_and_finance_see_no_tag(conversation: Conversation) -> None:
    add_tag(conversation, "confidential", make_owner())
    for user in (make_member(conversation.project, "viewer"), make_user(role=User.Role.FINANCE)):
        client = signed_in(user)
        for address in ("chat:transcript", "chat:conversations"):
            arguments = [conversation.pk] if address == "chat:transcript" else []
            html = client.get(reverse(address, args=arguments)).content.decode()
            assert "confidential" not in html
            assert "imported" not in html
        found = client.get(reverse("chat:conversations"), {"tag": "confidential"}).context["page"]
        assert found.lines == ()
        assert client.post(url(conversation), {"do": "react up"}).status_code == 403


def test_auditors_read_them_and_give_none(conversation: Conversation) -> None:
    client = signed_in(make_user(role=User.Role.AUDITOR))
    html = page_of(client, conversation).content.decode()
    assert "imported" in html
    assert 'value="react up"' not in html
    assert client.post(url(conversation), {"do": "react up"}).status_code == 403
    assert Reaction.objects.count() == 0


def test_others_find_nothing(conversation: Conversation, message: Message) -> None:
    assert signed_in(make_user()).post(url(conversation), {"do": "react up"}).status_code == 403
    elsewhere = signed_in(make_member(make_project()))
    assert elsewhere.post(url(conversation), {"do": "react up"}).status_code == 404
    client, elsewhere = signed_in(make_owner()), make_conversation(make_project())
    for wanted in (message.pk, new_id(), "nonsense"):
        sent = {"do": "react up", "message": wanted}
        assert client.post(url(elsewhere), sent).status_code == 404
    assert client.post(reverse("chat:mark", args=[uuid4()]), {"do": "react up"}).status_code == 404


def test_what_makes_no_sense_changes_nothing(conversation: Conversation) -> None:
    client = signed_in(make_owner())
    assert client.get(url(conversation)).status_code == 405
    assert client.post(url(conversation), {"do": "dance"}).status_code == 400
    for sent in ({"do": "add", "tag": " "}, {"do": "add", "tag": "x" * 101}, {"do": "react shrug"}):
        answer = client.post(url(conversation), sent, follow=True)
        assert answer.status_code == 200
        assert [str(message.level_tag) for message in answer.context["messages"]] == ["warning"]
    assert (Tagging.objects.count(), Reaction.objects.count()) == (0, 0)


@pytest.mark.parametrize("wanted", ["vip", "VIP", "ViP"])
def test_the_list_finds_a_tag_whoever_gave_it(wanted: str) -> None:
    project, owner = make_project(), make_owner()
    by_source = make_conversation(project, title="By its source", tags=["other", "Vip"])
    given = make_conversation(project, title="Given here")
    on_message = make_conversation(project, title="On a message")
    make_conversation(project, title="Another", tags=["vipers", {"vip": "vip"}])
    make_conversation(project, title="No list", tags={"tag": "vip"})
    add_tag(given, "vIP", owner)
    add_tag(on_message, "vip", owner, message=make_message(on_message))
    page = signed_in(owner).get(reverse("chat:conversations"), {"tag": wanted}).context["page"]
    assert sorted(line.title for line in page.lines) == ["By its source", "Given here", "On a message"]
    assert [(chip.name, chip.value) for chip in page.chips] == [("Tag", wanted)]
    shown = {line.title: [tag.name for tag in line.tags] for line in page.lines}
    assert shown == {by_source.title: ["other", "Vip"], given.title: ["vIP"], on_message.title: []}


def test_more_marked_messages_take_no_more_queries(conversation: Conversation) -> None:
    owner, counts = make_owner(), []
    client = signed_in(owner)
    for number in (2, 20):
        for _ in range(number):
            message = make_message(conversation)
            add_tag(conversation, f"tag {number}", owner, message=message)
            react(conversation, "up", owner, message=message)
        # Once beforehand: that it was read is told once in a while.
        page_of(client, conversation)
        with CaptureQueriesContext(connection) as queries:
            assert page_of(client, conversation).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
