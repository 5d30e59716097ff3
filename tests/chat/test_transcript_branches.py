"""Branches beside the path: folded under it, on its last page, whole."""

import pytest
from django.test import Client
from django.urls import reverse

from billing.ledger.record import record_usage
from chat.models import Conversation
from chat.pages import transcript_page as page_module
from chat.pages.transcript_page import transcript_page
from tests.factories import make_conversation, make_event, make_member, make_message, make_owner, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk() -> Conversation:
    """Three messages to read; beside them an answer with its sequel, and another answer."""
    conversation = make_conversation(make_project(), title="Oslo")
    for key, parent in [("q", ""), ("a", "q"), ("q2", "a")]:
        make_message(conversation, content=f"path {key}", metadata={"id": key, "parent": parent})
    for key, parent in [("b", "q"), ("b2", "b"), ("c", "a")]:
        metadata = {"id": key, "parent": parent, "branch": True}
        make_message(conversation, content=f"beside {key}", metadata=metadata)
    return conversation


def words(page) -> tuple[list[str], list[tuple[int | None, list[str]]]]:
    return (
        [turn.message.content for turn in page.turns],
        [(branch.after, [turn.message.content for turn in branch.turns]) for branch in page.branches],
    )


WHOLE = [(1, ["beside b", "beside b2"]), (2, ["beside c"])]


def test_branches_stand_apart_from_the_path(talk) -> None:
    page = transcript_page(talk, make_owner())
    assert words(page) == (["path q", "path a", "path q2"], WHOLE)


@pytest.mark.parametrize(("size", "pages"), [(1, 3), (2, 2), (3, 1), (5, 1)])
def test_pages_walk_the_path_and_end_with_the_branches(talk, monkeypatch, size, pages) -> None:
    monkeypatch.setattr(page_module, "PAGE", size)
    owner, after, seen = make_owner(), 0, []
    for number in range(1, pages + 1):
        page = transcript_page(talk, owner, after=after)
        seen += [turn.message.content for turn in page.turns]
        assert bool(page.branches) == (number == pages)
        assert page.next_after is None or number < pages
        after = page.next_after or 0
    assert seen == ["path q", "path a", "path q2"]
    assert words(transcript_page(talk, owner, after=3))[0][0] == "path q", "behind the path: the first page"


def test_another_branch_word_hides_nothing(talk) -> None:
    """Sources have metadata of their own: a git branch is none of these."""
    conversation = make_conversation(talk.project)
    make_message(conversation, content="said", metadata={"branch": "main"})
    assert words(transcript_page(conversation, make_owner())) == (["said"], [])


def test_they_are_folded_and_carry_their_calls(client: Client, talk) -> None:
    answer = talk.messages.get(content="beside c")
    [booked] = record_usage([make_event(talk.project, conversation_id=talk.pk, message_id=answer.pk)])
    why = reverse("billing:cost", args=[booked.usage_id])
    client.force_login(make_owner())
    page = client.get(reverse("chat:transcript", args=[talk.pk])).content.decode()
    folded = page[page.index('id="branches"') :]
    assert "2 other branches" in folded
    assert "<details" in folded[: folded.index("beside b")]
    assert "beside c" in folded
    assert why in folded
    assert why not in page[: page.index('id="branches"')]
    exported = client.get(reverse("chat:transcript", args=[talk.pk]) + "?format=json").json()
    assert [message.get("is_branch", False) for message in exported["messages"]] == [False] * 3 + [True] * 3


def test_who_may_not_read_words_sees_no_branches(talk) -> None:
    page = transcript_page(talk, make_member(talk.project, role="viewer"))
    assert (page.turns, page.branches) == ((), ())
