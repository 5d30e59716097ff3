"""The search page: what is found, and by whom."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.ledger.record import record_usage
from chat.models import Conversation
from dashboard.search import SHOWN, Hit, search
from projects.models import Project
from tests.factories import (
    make_conversation,
    make_event,
    make_member,
    make_owner,
    make_person,
    make_project,
)

pytestmark = pytest.mark.django_db


def found(text: str, user: User) -> dict[str, list[Hit]]:
    return {section.title: list(section.hits) for section in search(text, user)}


def conversation_hit(conversation: Conversation) -> Hit:
    return Hit(conversation.title, conversation.project.name, f"/conversations/{conversation.pk}/")


def test_names_of_each_kind() -> None:
    project = make_project(name="Refunds desk")
    conversation = make_conversation(project, title="Refund for order 4711")
    person = make_person(name="Rena Refund", email="rena@example.com")
    assert found("refund", make_owner()) == {
        "Projects": [Hit("Refunds desk", "", f"/?project={project.pk}")],
        "Conversations": [conversation_hit(conversation)],
        "People": [Hit("Rena Refund", "rena@example.com", f"/usage/?person={person.pk}")],
    }


def test_people_by_the_start_of_their_address() -> None:
    make_person(name="Somebody", email="Mara.Keller@example.com")
    assert [hit.label for hit in found("mara.k", make_owner())["People"]] == ["Somebody"]


def test_a_conversation_by_its_ids() -> None:
    owner = make_owner()
    conversation = make_conversation(make_project(), title="Talk", source="s", external_id="thread-77")
    assert found(str(conversation.pk), owner) == {"Conversations": [conversation_hit(conversation)]}
    assert found("thread-7", owner) == {"Conversations": [conversation_hit(conversation)]}


@pytest.mark.parametrize("text", ["sonnet", "ANTHROPIC"])
def test_models_and_providers(text: str) -> None:
    record_usage([make_event(make_project(), occurred_at=timezone.now()) for _ in range(2)])
    assert found(text, make_owner()) == {
        "Models": [
            Hit(
                "claude-sonnet-4-5",
                "Anthropic, 2 requests in 400 days",
                "/usage/?provider=anthropic&model=claude-sonnet-4-5",
                "anthropic",
            )
        ]
    }


def test_a_call_by_either_id() -> None:
    owner = make_owner()
    outcome = record_usage([make_event(make_project(), native_id="msg_0123")])[0]
    hit = Hit("claude-sonnet-4-5", "msg_0123", f"/usage/calls/{outcome.usage_id}/", "anthropic")
    assert found("msg_0123", owner) == {"Model calls": [hit]}
    assert found(str(outcome.usage_id), owner) == {"Model calls": [hit]}
    assert found("msg_012", owner) == {}


def test_a_few_of_each() -> None:
    for number in range(SHOWN + 1):
        make_project(name=f"Desk {number}")
    assert len(found("desk", make_owner())["Projects"]) == SHOWN


def plant(project: Project) -> list[str]:
    """Something of every kind in `project`; returns what would find it."""
    person = make_person(name="Needle person")
    conversation = make_conversation(project, title="Needle talk", person=person)
    outcome = record_usage(
        [make_event(project, model="needle-1", native_id="needle-call", occurred_at=timezone.now())]
    )[0]
    ids = (project.pk, person.pk, conversation.pk, outcome.usage_id)
    return ["needle", "needle-call", *map(str, ids)]


def test_strangers_find_nothing() -> None:
    texts = plant(make_project(name="Needle project"))
    other = make_member(make_project())
    assert [found(text, other) for text in texts] == [{}] * len(texts)


def test_members_find_their_own() -> None:
    project = make_project(name="Needle project")
    texts = plant(project)
    member = make_member(project)
    assert set(found("needle", member)) == {"Projects", "Models", "Conversations", "People"}
    assert all(found(text, member) for text in texts)


def test_the_page(client: Client) -> None:
    make_project(name="<Refunds> desk")
    client.force_login(make_owner())
    page = client.get("/search/", {"q": " desk "}).content.decode()
    assert "&lt;Refunds&gt; desk" in page
    assert 'value="desk"' in page


def test_the_page_says_when_there_is_nothing(client: Client) -> None:
    client.force_login(make_owner())
    assert "Nothing found" in client.get("/search/", {"q": "zzz"}).content.decode()
    assert "Nothing found" not in client.get("/search/").content.decode()


def test_a_search_costs_few_queries(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client.force_login(make_owner())
    plant(make_project(name="Needle project"))
    with django_assert_max_num_queries(12):
        client.get("/search/", {"q": "needle"})


def test_visitors_sign_in_first(client: Client) -> None:
    response = client.get("/search/", {"q": "desk"})
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/search/%3Fq%3Ddesk")
