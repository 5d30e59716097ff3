"""What the address of an admin list may compare, and what a search takes for an id."""

import pytest
from django.urls import reverse

from projects.models import Membership
from tests.cast import Cast
from tests.factories import make_conversation, make_member, make_project

pytestmark = pytest.mark.django_db

USERS = reverse("admin:accounts_user_changelist")
CONVERSATIONS = reverse("admin:chat_conversation_changelist")


@pytest.mark.parametrize(
    "query", ["password__startswith=pbkdf2", "email__contains=a", "memberships__project__name=x", "name=Mara"]
)
def test_columns_cannot_be_guessed_letter_by_letter(query: str, cast: Cast) -> None:
    assert cast.owner.client.get(f"{USERS}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["role__exact=owner", "is_active__exact=1", "q=a"])
def test_filters_of_the_list_work(query: str, cast: Cast) -> None:
    assert cast.owner.client.get(f"{USERS}?{query}").status_code == 200


def test_a_word_that_is_no_parameter_leads_back_to_the_list(cast: Cast) -> None:
    response = cast.owner.client.get(f"{USERS}?nonsense=1")
    assert (response.status_code, response.headers["Location"]) == (302, f"{USERS}?e=1")


def test_a_filter_by_something_that_is_no_id_leads_back_to_the_list(cast: Cast) -> None:
    response = cast.owner.client.get(f"{CONVERSATIONS}?project=everything")
    assert (response.status_code, response.headers["Location"]) == (302, f"{CONVERSATIONS}?e=1")


def test_a_uuid_is_looked_for_among_ids_and_then_among_the_sources_names(cast: Cast) -> None:
    conversation = make_conversation(
        cast.project, external_id="0199d3a0-0000-7000-8000-000000000001", source="s"
    )
    for term in (conversation.pk, conversation.pk.hex, conversation.external_id, f" {conversation.pk} "):
        found = cast.owner.client.get(CONVERSATIONS, {"q": term}).context["cl"].result_list
        assert list(found) == [conversation], term


def test_an_id_behind_a_foreign_key_filters_the_list(cast: Cast) -> None:
    here, there = make_project(), make_project()
    wanted = make_conversation(here)
    make_conversation(there)
    found = cast.owner.client.get(CONVERSATIONS, {"project": here.pk}).context["cl"].result_list
    assert list(found) == [wanted]


def test_a_filter_offers_only_projects_that_the_reader_sees(cast: Cast) -> None:
    make_project(name="Somebody else’s")
    Membership.objects.filter(user=cast.member.user).update(role=Membership.Role.VIEWER)
    make_member(cast.project)
    make_conversation(cast.project)
    spec, *_ = cast.member.client.get(CONVERSATIONS).context["cl"].filter_specs
    assert spec.lookup_choices == [(str(cast.project.pk), cast.project.name)]
