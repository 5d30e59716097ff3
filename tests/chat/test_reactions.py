"""Reactions: one of a kind and a reader, on a conversation or a message."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from chat.models import Conversation, Reaction
from chat.services.reactions import react, unreact
from tests.factories import make_conversation, make_member, make_message, make_owner, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    return make_conversation(make_project())


@pytest.fixture
def owner() -> User:
    return make_owner()


def test_a_second_time_changes_nothing(conversation: Conversation, owner: User) -> None:
    first = react(conversation, "up", owner, comment="Well done")
    assert react(conversation, "up", owner, comment="Again") == first
    assert list(Reaction.objects.values_list("kind", "user", "comment")) == [("up", owner.pk, "Well done")]


def test_each_reader_kind_and_message_counts(conversation: Conversation, owner: User) -> None:
    message, other = make_message(conversation), make_owner()
    for _ in range(2):
        react(conversation, "up", owner)
        react(conversation, "heart", owner)
        react(conversation, "up", other)
        react(conversation, "up", owner, message=message)
    found = Reaction.objects.order_by("id").values_list("user", "kind", "message")
    assert list(found) == [
        (owner.pk, "up", None),
        (owner.pk, "heart", None),
        (other.pk, "up", None),
        (owner.pk, "up", message.pk),
    ]


def test_one_takes_back_the_own_alone(conversation: Conversation, owner: User) -> None:
    message, other = make_message(conversation), make_owner()
    react(conversation, "up", owner)
    react(conversation, "up", other)
    react(conversation, "up", owner, message=message)
    assert [unreact(conversation, "up", owner), unreact(conversation, "up", owner)] == [True, False]
    assert set(Reaction.objects.values_list("user", "message")) == {
        (other.pk, None),
        (owner.pk, message.pk),
    }


def test_what_makes_no_sense_is_refused(conversation: Conversation, owner: User) -> None:
    foreign = make_message(make_conversation(conversation.project))
    with pytest.raises(ValidationError, match="no such reaction"):
        react(conversation, "shrug", owner)
    with pytest.raises(ValidationError, match="another conversation"):
        react(conversation, "up", owner, message=foreign)
    assert Reaction.objects.count() == 0


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("analyst", True), ("manager", True)])
def test_analysts_and_above_react(role: str, may: bool, conversation: Conversation) -> None:
    member = make_member(conversation.project, role)
    if may:
        react(conversation, "up", member)
        assert unreact(conversation, "up", member)
    else:
        for step in (react, unreact):
            with pytest.raises(PermissionDenied):
                step(conversation, "up", member)
