"""Why this cost: the arithmetic of one ledger row."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing.ledger.record import record_usage
from billing.models import TokenUsage
from tests.factories import make_event, make_member, make_owner, make_price, make_project

pytestmark = pytest.mark.django_db


def book(**fields: object) -> TokenUsage:
    project = fields.pop("project", None) or make_project()
    usage_id = record_usage([make_event(project, **fields)])[0].usage_id
    return TokenUsage.objects.get(pk=usage_id)


def open_page(client: Client, usage: TokenUsage, query: str = "") -> str:
    client.force_login(make_owner())
    response = client.get(reverse("billing:cost", args=[usage.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_each_line_of_the_arithmetic_is_shown(client: Client) -> None:
    usage = book(
        input_tokens=18_420,
        cache_read_tokens=12_288,
        cache_write_tokens=2_048,
        output_tokens=612,
        raw_usage={
            "input_tokens": 4_084,
            "cache_read_input_tokens": 12_288,
            "cache_creation_input_tokens": 2_048,
        },
    )
    assert usage.cost == Decimal("0.032798400")
    page = open_page(client, usage)
    for text in (
        "Why this cost $0.0328",
        "18,420 input − 12,288 read − 2,048 written",
        "4,084",
        "$3.00",
        "$0.012252000",
        "$0.003686400",
        "$0.007680000",
        "$0.009180000",
        "$0.032798400",
        "32,798,400 nanodollars",
        "4,084 + 12,288 + 2,048 = 18,420",
        "Version 1, applied",
    ):
        assert text in page, text


def test_an_unpriced_call_says_so_and_offers_an_override(client: Client) -> None:
    page = open_page(client, book(provider="acme", model="acme 1&2"))
    assert "Why this call is unpriced" in page
    assert reverse("admin:billing_modelprice_add") + "?provider=acme&amp;model=acme+1%262" in page
    assert "$0.00" not in page


def test_a_replaced_row_leads_to_its_successor(client: Client) -> None:
    project = make_project()
    partial = make_event(project, output_tokens=2)
    first = record_usage([partial])[0].usage_id
    successor = record_usage([replace(partial, output_tokens=90)])[0].usage_id
    page = open_page(client, TokenUsage.objects.get(pk=first))
    assert reverse("billing:cost", args=[successor]) in page


def test_json_holds_the_same_figures(client: Client) -> None:
    make_price()
    usage = book(provider="acme", model="acme-1")
    client.force_login(make_owner())
    data = client.get(reverse("billing:cost", args=[usage.pk]), {"format": "json"}).json()
    assert (data["cost"], data["total"], data["cost_source"]) == ("0.001200000", "0.001200000", "computed")
    assert [(line["quantity"], Decimal(line["rate"])) for line in data["lines"]] == [(1000, 1), (100, 2)]
    assert sum(Decimal(line["amount"]) for line in data["lines"]) == Decimal("0.0012")


def test_another_projects_call_is_not_there(client: Client) -> None:
    usage = book()
    client.force_login(make_member(make_project()))
    assert client.get(reverse("billing:cost", args=[usage.pk])).status_code == 404


def test_what_the_source_sent_is_escaped(client: Client) -> None:
    page = open_page(
        client, book(model="<script>alert(1)</script>", raw_usage={"note": "<script>alert(2)</script>"})
    )
    assert "<script>alert" not in page
