"""The list of models that were used without a price."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.pages.unpriced_page import UnpricedModel
from tests.billing.usage_pages import NOVEMBER, book, make_billed_project, page_of
from tests.cast import Cast
from tests.factories import NOON, make_owner, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(make_owner())
    return client


def test_model_strings_the_busiest_first(owner: Client) -> None:
    project = make_project()
    later = NOON + timedelta(hours=2)
    book(project, model="Acme-X:7", occurred_at=later, input_tokens=10, output_tokens=1)
    book(project, model="Acme-X:7", input_tokens=None, output_tokens=None)
    book(project, provider="globex", model="", status="partial", input_tokens=None, output_tokens=None)
    page = page_of(owner, f"/usage/unpriced/?{NOVEMBER}")
    calls = "/usage/calls/?from=2026-11-01&to=2026-11-30&zone=UTC"
    assert page.models == (
        UnpricedModel(
            "acme", "Acme-X:7", 2, 10, 1, NOON, later, None, 0,
            f"{calls}&provider=acme&model=Acme-X:7&unpriced=1",
            "/admin/billing/modelprice/add/?provider=acme&model=Acme-X%3A7&origin=override",
        ),
        UnpricedModel(
            "globex", "", 1, None, None, NOON, NOON, None, 0,
            f"{calls}&provider=globex&model=%28none%29&unpriced=1", "",
        ),
    )  # fmt: skip
    assert page.requests == 3
    assert [page_of(owner, model.calls_url).totals.requests for model in page.models] == [2, 1]


def test_what_sources_say_it_cost_stands_beside(owner: Client) -> None:
    project = make_project()
    book(project, cost="0.5", provider="acme", model="x")
    book(project, cost="0.25", provider="acme", model="x")
    book(project, provider="acme", model="x")
    [model] = page_of(owner, f"/usage/unpriced/?{NOVEMBER}").models
    assert (model.requests, model.reported_cost, model.reported_requests) == (3, Decimal("0.75"), 2)
    html = owner.get(f"/usage/unpriced/?{NOVEMBER}").content.decode()
    assert '$0.7500 <span class="subtle">for 2</span>' in html


def test_priced_failed_and_earlier_calls_are_not_on_it(owner: Client) -> None:
    project = make_billed_project()
    book(project, cost="1", provider="acme", model="priced")
    book(project, model="failed", status="error")
    book(project, model="earlier", occurred_at=NOON - timedelta(days=30))
    response = owner.get(f"/usage/unpriced/?{NOVEMBER}")
    assert response.context["page"].models == ()
    assert "Everything is priced" in response.content.decode()


def test_only_those_who_may_write_prices_are_offered_to(cast: Cast) -> None:
    book(cast.project)
    urls = [
        page_of(actor.client, f"/usage/unpriced/?{NOVEMBER}").models[0].price_url
        for actor in (cast.owner, cast.member)
    ]
    assert urls == ["/admin/billing/modelprice/add/?provider=acme&model=acme-x&origin=override", ""]


def test_the_offered_form_knows_the_model(owner: Client) -> None:
    book(make_project())
    [model] = page_of(owner, f"/usage/unpriced/?{NOVEMBER}").models
    form = owner.get(model.price_url).context["adminform"].form
    assert (form["provider"].value(), form["model"].value()) == ("acme", "acme-x")


def test_members_see_their_projects_alone(cast: Cast) -> None:
    book(cast.project, model="ours")
    book(make_project(name="Secret project"), model="theirs")
    found = {
        who: [
            model.model for model in page_of(getattr(cast, who).client, f"/usage/unpriced/?{NOVEMBER}").models
        ]
        for who in ("owner", "member", "stranger")
    }
    assert found == {"owner": ["ours", "theirs"], "member": ["ours"], "stranger": []}


def test_queries_do_not_grow_with_models(owner: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(10):
        book(make_project(), model=f"m{number}")
    owner.get(f"/usage/unpriced/?{NOVEMBER}")
    with django_assert_max_num_queries(12):
        owner.get(f"/usage/unpriced/?{NOVEMBER}")
