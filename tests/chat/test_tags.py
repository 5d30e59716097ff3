"""Tags on conversations and messages: one of a name in a project, once on each."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from chat.models import Conversation, Tag, Tagging
from chat.services.tags import add_tag, remove_tag
from tests.factories import make_conversation, make_member, make_message, make_owner, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    return make_conversation(make_project())


@pytest.fixture
def owner() -> User:
    return make_owner()


def tagged(conversation: Conversation) -> list[tuple[str, bool]]:
    """(name, whether it is on a message) of each, oldest first."""
    rows = Tagging.objects.filter(conversation=conversation).order_by("id")
    return [(row.tag.name, row.message_id is not None) for row in rows.select_related("tag")]


@pytest.mark.parametrize("again", ["refund", "REFUND", " Refund "])
def test_a_tag_is_there_once_whatever_its_case(again: str, conversation: Conversation, owner: User) -> None:
    first = add_tag(conversation, "Refund", owner)
    assert add_tag(conversation, again, make_owner()) == first
    assert (tagged(conversation), first.user) == ([("Refund", False)], owner)


def test_letters_beyond_ascii_have_a_case_too(conversation: Conversation, owner: User) -> None:
    add_tag(conversation, "Ärger", owner)
    add_tag(conversation, "äRGER", owner)
    assert tagged(conversation) == [("Ärger", False)]
    assert remove_tag(conversation, "ÄRGER", owner)


def test_projects_have_tags_of_their_own(conversation: Conversation, owner: User) -> None:
    other = make_conversation(make_project())
    add_tag(conversation, "vip", owner)
    add_tag(other, "VIP", owner)
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["VIP", "vip"]
    assert tagged(other) == [("VIP", False)]


def test_messages_have_them_beside_their_conversation(conversation: Conversation, owner: User) -> None:
    message = make_message(conversation)
    add_tag(conversation, "vip", owner)
    add_tag(conversation, "vip", owner, message=message)
    add_tag(conversation, "Vip", owner, message=message)
    assert tagged(conversation) == [("vip", False), ("vip", True)]
    assert remove_tag(conversation, "vip", owner)
    assert tagged(conversation) == [("vip", True)]


def test_removing_twice_changes_nothing_more(conversation: Conversation, owner: User) -> None:
    add_tag(conversation, "vip", owner)
    assert [remove_tag(conversation, name, owner) for name in ("VIP", "vip", "unheard of")] == [
        True,
        False,
        False,
    ]
    assert (tagged(conversation), Tag.objects.count()) == ([], 1)


@pytest.mark.parametrize("name", ["", "  \t", "\x00", "x" * 101])
def test_names_that_are_none(name: str, conversation: Conversation, owner: User) -> None:
    with pytest.raises(ValidationError):
        add_tag(conversation, name, owner)
    assert Tag.objects.count() == 0


def test_a_message_of_another_conversation_is_refused(conversation: Conversation, owner: User) -> None:
    other = make_message(make_conversation(conversation.project))
    with pytest.raises(ValidationError, match="another conversation"):
        add_tag(conversation, "vip", owner, message=other)
    assert (Tag.objects.count(), Tagging.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", False), ("analyst", True), ("operator", True), ("manager", True)]
)
def test_analysts_and_above_tag(role: str, may: bool, conversation: Conversation, owner: User) -> None:
    member = make_member(conversation.project, role)
    add_tag(conversation, "there", owner)
    if may:
        add_tag(conversation, "vip", member)
        remove_tag(conversation, "there", member)
    else:
        for step in (add_tag, remove_tag):
            with pytest.raises(PermissionDenied):
                step(conversation, "there", member)
    assert tagged(conversation) == [("vip" if may else "there", False)]


@pytest.mark.parametrize("role", [User.Role.AUDITOR, User.Role.FINANCE, User.Role.MEMBER])
def test_other_roles_of_the_installation_do_not(role: str, conversation: Conversation) -> None:
    with pytest.raises(PermissionDenied):
        add_tag(conversation, "vip", make_user(role=role))
