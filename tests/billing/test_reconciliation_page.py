"""The page of provider bills, its downloads, its command and the admin's list."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.models import User
from billing.models import ProviderReportedUsage
from tests.billing.test_reconciliation import DAY, NEXT, call, report
from tests.billing.usage_pages import book, make_billed_project, page_of
from tests.cast import Cast, signed_in
from tests.factories import make_owner, make_user

pytestmark = pytest.mark.django_db

URL = "/reconciliation/"
LIST = "/admin/billing/providerreportedusage/"


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(make_owner())
    return client


@pytest.mark.parametrize("role", [User.Role.FINANCE, User.Role.AUDITOR, User.Role.OWNER])
def test_installation_roles_open_it(role: str) -> None:
    report(requests=1)
    client = signed_in(make_user(role=role)).client
    assert client.get(URL).status_code == 200
    assert 'href="/reconciliation/"' in client.get("/usage/").content.decode()
    assert b"gpt-5" in client.get(LIST).content


def test_members_and_strangers_do_not(cast: Cast, client: Client) -> None:
    report(requests=1)
    for actor in (cast.member, cast.stranger):
        for query in ("", "?format=csv", "?format=json"):
            assert actor.client.get(URL + query).status_code == 403
        assert URL not in actor.client.get("/usage/").content.decode()
        assert b"gpt-5" not in actor.client.get(LIST).content
    assert client.get(URL).status_code == 302


def test_without_reports_it_says_how_to_load_one(owner: Client) -> None:
    html = owner.get(URL).content.decode()
    assert "manage.py import_usage anthropic-cost cost_report.json" in html
    assert owner.get(f"{URL}?format=csv").json() == {"errors": {"provider": "No report was loaded yet."}}


def test_rows_by_day_and_model(owner: Client) -> None:
    call(input_tokens=103)
    report(input_tokens=100, output_tokens=10)
    report("theirs", output_tokens=7)
    report(day=NEXT, output_tokens=1)
    page = page_of(owner, f"{URL}?from={DAY}&to={DAY}")
    [day] = page.days
    assert [(row.label, row.note, row.is_above) for row in day.lines] == [
        ("gpt-5", "", True),
        ("theirs", "only in the report", True),
    ]
    cell = day.lines[0].cells[1]
    assert (cell.ledger, cell.provider, cell.change, cell.is_above) == ("103", "100", "+3.0\u202f%", True)
    html = owner.get(f"{URL}?from={DAY}&to={DAY}").content.decode()
    assert '<span class="badge badge--warn">+3.0\u202f%</span>' in html


def test_it_opens_on_the_month_of_the_last_report(owner: Client) -> None:
    report(day=DAY, requests=1)
    report(day=NEXT, requests=1, provider="anthropic")
    answer = page_of(owner, URL).answer
    assert (answer.provider, answer.first_day, answer.last_day) == ("anthropic", NEXT, NEXT)


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "provider=nobody", "from=2026-11-05&to=2026-11-01", "from=0001-01-01&to=9999-12-31"],
)
def test_an_address_without_sense_is_told(owner: Client, query: str) -> None:
    report(requests=1)
    [fault] = page_of(owner, f"{URL}?{query}").faults
    assert fault
    response = owner.get(f"{URL}?{query}&format=csv")
    assert (response.status_code, list(response.json()["errors"].values())) == (400, [fault])
    assert owner.get(f"{URL}?format=pdf").status_code == 400


def test_csv_has_every_figure_and_the_total(owner: Client) -> None:
    call(cost="1.000000001", output_tokens=12)
    report("gpt-5", output_tokens=10)
    report("gpt-5", amount=Decimal("1.000000002"))
    report("", amount=Decimal("-0.5"), line_item="=credit")
    response = owner.get(f"{URL}?format=csv")
    head, model, credit, total = b"".join(response.streaming_content).decode().splitlines()
    named = dict(zip(head.split(","), model.split(","), strict=True))
    assert named["ledger_cost"] == "1.000000001"
    assert named["difference_cost"] == "-0.000000001"
    assert (named["difference_output_tokens"], named["difference_output_tokens_percent"]) == ("2", "20.0000")
    assert (named["provider_requests"], named["found_in"], named["above_tolerance"]) == ("", "both", "yes")
    assert "'=credit" in credit
    assert total.startswith(",openai,Total,")
    assert f"reconciliation-openai-{DAY}-to-{DAY}.csv" in response["Content-Disposition"]


def test_queries_do_not_grow_with_lines(owner: Client, django_assert_num_queries: Any) -> None:
    report(requests=1)
    owner.get(URL)
    with django_assert_num_queries(9):
        owner.get(URL)
    for number in range(20):
        call(f"m{number}")
        report(f"m{number}", requests=1)
    with django_assert_num_queries(9):
        owner.get(URL)


def run(*args: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        call_command("reconcile_usage", *args)
        status = 0
    except SystemExit as error:
        status = int(str(error.code))
    return status, capsys.readouterr().out


def test_the_command_tells_by_its_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    call(input_tokens=105)
    report(input_tokens=100, output_tokens=10, cache_read_tokens=40)
    status, text = run(capsys=capsys)
    assert status == 1
    assert f"{DAY} gpt-5: input tokens 105 against 100" in text
    assert run("--tolerance", "5", capsys=capsys)[0] == 0
    assert run("--tolerance", "4.9%", capsys=capsys)[0] == 1
    assert run("--from", "2020-01-01", "--to", "2020-01-31", capsys=capsys)[0] == 1


def test_the_commands_json(capsys: pytest.CaptureFixture[str]) -> None:
    project = make_billed_project()
    book(project, provider="openai", model="gpt-5", cost="2", input_tokens=100, output_tokens=10)
    report(requests=1, input_tokens=100, output_tokens=10)
    report(amount=Decimal(2))
    status, text = run("--provider", "openai", "--format", "json", capsys=capsys)
    found = json.loads(text)
    assert (status, found["within_tolerance"]) == (0, True)
    [provider] = found["providers"]
    assert (provider["provider"], provider["from"], provider["to"]) == ("openai", str(DAY), str(DAY))
    assert provider["totals"]["cost"] == {
        "ledger": "2.000000000", "provider": "2.000000000", "difference": "0.000000000", "percent": "0.0000",
    }  # fmt: skip
    assert provider["lines"][0]["cache_read_tokens"]["provider"] is None


@pytest.mark.parametrize(
    "args", [("--provider", "nobody"), ("--from", "soon"), ("--tolerance", "much"), ("--tolerance", "-1")]
)
def test_wrong_usage_is_a_sentence(args: tuple[str, ...]) -> None:
    report(requests=1)
    with pytest.raises(CommandError) as caught:
        call_command("reconcile_usage", *args)
    assert caught.value.returncode == 2


def test_the_admin_shows_a_line_and_leads_to_the_comparison(owner: Client) -> None:
    line = report(
        line_item="gpt-5, input", amount=Decimal("0.000188"), raw={"organization_id": "org-9"}, is_batch=False
    )
    report("other", day=NEXT, requests=5, provider="anthropic")
    html = owner.get(f"{LIST}{line.pk}/change/").content.decode()
    assert "org-9" in html
    assert "$0.000188000" in html
    assert '<div class="readonly">no</div>' in html
    assert f"/reconciliation/?provider=openai&amp;from={DAY}&amp;to={DAY}" in html
    for query in (f"day={DAY}", "provider=openai", "kind__exact=cost", "q=gpt"):
        rows = owner.get(f"{LIST}?{query}").context["cl"].result_list
        assert [row.pk for row in rows] == [line.pk], query
    assert owner.post(f"{LIST}{line.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ProviderReportedUsage.objects.count() == 2
