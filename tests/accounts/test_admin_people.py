"""People of the source systems in the admin."""

import pytest
from django.urls import reverse

from accounts.models import Person
from core.markup import NOT_APPLICABLE
from projects.models import Membership
from tests.cast import Cast, signed_in
from tests.factories import NOON, make_conversation, make_member, make_person, make_project, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounts_person_changelist")


def test_an_owner_adds_and_changes_a_person(cast: Cast) -> None:
    sent = {"name": "Priya", "email": "Priya@Example.com", "kind": "human", "user": "", "external_ids": "{}"}
    assert cast.owner.client.post(reverse("admin:accounts_person_add"), sent).status_code == 302
    person = Person.objects.get()
    assert (person.name, person.email, person.email_normalized) == (
        "Priya",
        "Priya@Example.com",
        "priya@example.com",
    )
    url = reverse("admin:accounts_person_change", args=[person.pk])
    assert cast.owner.client.post(url, {**sent, "user": cast.member.user.pk}).status_code == 302
    person.refresh_from_db()
    assert person.user == cast.member.user


def test_the_beginning_of_an_address_finds_them(cast: Cast) -> None:
    priya = make_person(name="", email="Priya@Example.com")
    make_person(email="other@example.com")
    assert list(cast.owner.client.get(LIST, {"q": "priya@"}).context["cl"].result_list) == [priya]


@pytest.mark.parametrize("is_fellow", [True, False])
def test_the_account_behind_a_person_is_shown_to_those_who_may_see_it(is_fellow: bool, cast: Cast) -> None:
    account = make_member(cast.project) if is_fellow else make_user()
    person = make_person(user=account)
    make_conversation(cast.project, person=person)
    url = reverse("admin:accounts_person_change", args=[person.pk])
    for page in (LIST, url):
        assert (account.email in cast.member.client.get(page).content.decode()) == is_fellow
        assert account.email in cast.owner.client.get(page).content.decode()
    assert NOT_APPLICABLE in cast.member.client.get(LIST).content.decode()


def test_a_member_changes_nobody(cast: Cast) -> None:
    person = make_person()
    make_conversation(cast.project, person=person)
    url = reverse("admin:accounts_person_change", args=[person.pk])
    assert cast.member.client.get(url).status_code == 200
    assert cast.member.client.post(url, {"name": "Somebody else"}).status_code == 403


def test_who_is_disabled_is_marked_and_can_be_left_out(cast: Cast) -> None:
    here, gone = make_person(name="Here", handle="here"), make_person(name="Gone", disabled_at=NOON)
    for query, people in (({}, {here, gone}), ({"disabled": "no"}, {here}), ({"disabled": "yes"}, {gone})):
        page = cast.owner.client.get(LIST, query)
        assert set(page.context["cl"].result_list) == people
        assert (">Disabled</span>" in page.content.decode()) == (gone in people)


def test_ids_that_were_emptied_become_no_ids(cast: Cast) -> None:
    person = make_person(external_ids={"crm": "7"})
    url = reverse("admin:accounts_person_change", args=[person.pk])
    sent = {"name": person.name, "kind": "service", "handle": "crm-bot", "user": "", "external_ids": ""}
    assert cast.owner.client.post(url, sent).status_code == 302
    person.refresh_from_db()
    assert (person.external_ids, person.handle, person.kind) == ({}, "crm-bot", "service")


def test_a_persons_page_leads_to_what_is_theirs(cast: Cast) -> None:
    person = make_person()
    url = reverse("admin:accounts_person_change", args=[person.pk])
    for link in cast.owner.client.get(url).context["object_links"]:
        assert str(person.pk) in link.url
        assert cast.owner.client.get(link.url).status_code == 200, link.label


@pytest.mark.parametrize("role", ["viewer", "analyst", "finance", "auditor"])
def test_preferences_are_for_readers_of_transcripts(cast: Cast, role: str) -> None:
    person = make_person(preferences={"goals": "Leave for Oslo"})
    make_conversation(cast.project, person=person)
    other = make_person(preferences={"goals": "Stay in Bergen"})
    elsewhere = make_project()
    make_conversation(elsewhere, person=other)
    is_member = role in Membership.Role.values
    user = make_member(cast.project, role) if is_member else make_user(role=role)
    if is_member:
        Membership.objects.create(user=user, project=elsewhere, role="viewer")
    client = signed_in(user).client
    pages = [client.get(reverse("admin:accounts_person_change", args=[each.pk])) for each in (person, other)]
    shown = ["Oslo" in pages[0].content.decode(), "Bergen" in pages[1].content.decode()]
    assert shown == [role in ("analyst", "auditor"), role == "auditor"]
