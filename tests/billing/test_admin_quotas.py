"""Quotas in the admin: limits are set, and what is used of them is seen."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.models import Quota
from projects.models import Membership
from tests.billing.quotas import book, make_quota, make_subscription
from tests.cast import Cast, signed_in
from tests.factories import make_conversation, make_member, make_person, make_project

pytestmark = pytest.mark.django_db

LIST = reverse("admin:billing_quota_changelist")
ADD = reverse("admin:billing_quota_add")


def page(quota: Quota) -> str:
    return reverse("admin:billing_quota_change", args=[quota.pk])


def form(**changes: Any) -> dict[str, Any]:
    sent = {"metric": "requests", "period": "month", "limit": "100"}
    times = {f"{name}_at_{part}": "" for name in ("starts", "ends") for part in (0, 1)}
    return {**sent, **times, **changes}


def cell(answer: Any, column: str = "used_now") -> str:
    return str(answer.content.decode().partition(f'<td class="field-{column}">')[2].partition("</td>")[0])


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (
            {"limit": 8},
            '2 of 8 <progress class="bar" value="25" max="100" title="25\u202f%">25\u202f%</progress>',
        ),
        (
            {"limit": 2},
            '2 of 2 <span class="badge badge--danger">used up</span>'
            '<progress class="bar" value="100" max="100" title="100\u202f%">100\u202f%</progress>',
        ),
        (
            {"limit": 2500, "metric": "tokens"},
            '2,200 of 2,500 <span class="badge badge--warn">nearly used up</span>'
            '<progress class="bar" value="88" max="100" title="88\u202f%">88\u202f%</progress>',
        ),
        (
            {"limit": 4_800_000, "metric": "cost"},
            '$0.0024 of $0.0048 <progress class="bar" value="50" max="100" title="50\u202f%">'
            "50\u202f%</progress>",
        ),
        ({"limit": None}, "2 "),
    ],
)
def test_the_list_shows_what_is_used_of_the_limit(cast: Cast, values: dict[str, Any], shown: str) -> None:
    make_quota(project=cast.project, **values)
    now = timezone.now()
    book(cast.project, now, now)
    for client in (cast.owner.client, cast.member.client):
        assert cell(client.get(LIST)) == shown


def test_unknown_costs_are_marked(cast: Cast) -> None:
    quota = make_quota(project=cast.project, metric="cost", limit=10**9)
    book(cast.project, timezone.now(), model="nobody-knows")
    mark = '<span title="1 calls"><span class="unpriced">unpriced</span></span>'
    assert cell(cast.owner.client.get(LIST)) == f" {mark}"
    assert mark in cast.owner.client.get(page(quota)).content.decode()


def test_what_a_person_uses_everywhere_is_for_readers_of_everything(cast: Cast) -> None:
    person = make_person()
    cast.project.owner = person
    cast.project.save()
    make_quota(person=person, limit=10)
    book(make_project(), timezone.now(), person_id=person.pk)
    assert cell(cast.owner.client.get(LIST)).startswith("1 of 10")
    assert cell(cast.member.client.get(LIST)) == '<span class="dim">–</span>'


@pytest.mark.parametrize(
    ("metric", "typed", "kept", "name"),
    [
        ("cost", "12.5", 12_500_000_000, "$12.50 a month"),
        ("cost", "0.000000001", 1, "$0.000000001 a month"),
        ("tokens", "1000000", 1_000_000, "1,000,000 tokens a month"),
        ("requests", "", None, "no limit of requests a month"),
    ],
)
def test_a_limit_of_cost_is_typed_in_dollars(
    cast: Cast, metric: str, typed: str, kept: int | None, name: str
) -> None:
    sent = form(project=cast.project.pk, metric=metric, limit=typed)
    assert cast.owner.client.post(ADD, sent).status_code == 302
    quota = Quota.objects.get()
    assert (quota.limit, str(quota)) == (kept, name)
    shown = cast.owner.client.get(page(quota)).context["adminform"].form["limit"].value()
    assert (str(shown) if shown is not None else "") == typed
    cast.owner.client.post(page(quota), sent)
    assert Quota.objects.get().limit == kept


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"metric": "tokens", "limit": "1.5"}, ["limit"]),
        ({"limit": "-1"}, ["limit"]),
        ({"metric": "cost", "limit": "10000000000"}, ["limit"]),
        ({"metric": "tokens", "limit": str(2**63)}, ["limit"]),
        ({"project": ""}, ["__all__"]),
        ({"period": "subscription"}, ["__all__"]),
        (
            {"starts_at_0": "2026-11-18", "starts_at_1": "12:00"}
            | {"ends_at_0": "2026-11-17", "ends_at_1": "12:00"},
            ["__all__"],
        ),
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, changes: dict[str, Any], fields: list[str]) -> None:
    answer = cast.owner.client.post(ADD, form(**{"project": cast.project.pk, **changes}))
    assert list(answer.context["adminform"].form.errors) == fields
    assert not Quota.objects.exists()


def test_a_subscription_is_its_own_persons(cast: Cast) -> None:
    subscription, other = make_subscription(), make_subscription()
    sent = form(person=subscription.person_id, period="subscription", subscription=other.pk)
    answer = cast.owner.client.post(ADD, sent)
    assert answer.context["adminform"].form.errors == {
        "subscription": ["This is somebody else’s subscription."]
    }
    sent["subscription"] = subscription.pk
    assert cast.owner.client.post(ADD, sent).status_code == 302


def test_the_list_takes_as_many_queries_for_forty_rows_as_for_two(cast: Cast) -> None:
    counts = []
    for number in (2, 38):
        for _ in range(number):
            subscription = make_subscription()
            values = {"person": subscription.person, "subscription": subscription}
            make_quota(period="subscription", project=make_project(), **values)
        with CaptureQueriesContext(connection) as captured:
            assert cast.owner.client.get(LIST).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_search_names_only_whom_the_reader_sees(cast: Cast) -> None:
    ada = make_person(name="Ada Lovelace")
    quota = make_quota(person=ada, project=cast.project)
    make_quota()
    for client, term, found in (
        (cast.owner.client, "lovelace", [quota]),
        (cast.owner.client, cast.project.name, [quota]),
        (cast.member.client, cast.project.name, [quota]),
        (cast.member.client, "lovelace", []),
        (cast.owner.client, str(ada.pk), [quota]),
    ):
        assert list(client.get(LIST, {"q": term}).context["cl"].result_list) == found


def test_members_only_look(cast: Cast) -> None:
    quota = make_quota(project=cast.project)
    assert cast.member.client.get(page(quota)).status_code == 200
    assert cast.member.client.post(page(quota), form()).status_code == 403
    assert cast.member.client.get(ADD).status_code == 403


def test_a_manager_sets_quotas_of_their_project_alone(cast: Cast) -> None:
    manager = signed_in(make_member(cast.project, "manager"))
    person = make_person()
    other = make_project()
    Membership.objects.create(user=manager.user, project=other, role="viewer")
    make_conversation(other, person=person)
    for sent in ({"project": other.pk}, {"project": other.pk, "person": person.pk}, {"person": person.pk}):
        answer = manager.client.post(ADD, form(**sent))
        assert list(answer.context["adminform"].form.errors) == ["project"]
    assert not Quota.objects.exists()
    assert manager.client.post(ADD, form(project=cast.project.pk, person=person.pk)).status_code == 302
    mine = Quota.objects.get()
    assert manager.client.post(page(mine), form(project=other.pk, limit="7")).status_code == 302
    mine.refresh_from_db()
    assert (mine.project, mine.person, mine.limit) == (cast.project, None, 7)
    everywhere = make_quota(person=person, limit=5)
    assert manager.client.post(page(everywhere), form(person=person.pk)).status_code == 403
    manager.client.post(reverse("admin:billing_quota_delete", args=[everywhere.pk]), {"post": "yes"})
    everywhere.refresh_from_db()
    assert everywhere.limit == 5


def test_a_quota_stays_somebodys(cast: Cast) -> None:
    quota = make_quota(person=make_person())
    answer = cast.owner.client.post(page(quota), form())
    assert answer.context["adminform"].form.errors == {"__all__": ["Choose a person, a project, or both."]}
