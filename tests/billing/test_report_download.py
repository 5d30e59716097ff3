"""Downloads hold exactly what the report page shows."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client

from billing.pages import table
from projects.models import Project
from tests.billing.usage_pages import NOVEMBER, book, make_billed_project, page_of
from tests.cast import Cast, signed_in
from tests.factories import NOON, make_member, make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 12, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(make_owner())
    return client


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def csv_rows(client: Client, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client.get(url)).decode())))


def json_report(client: Client, url: str) -> Any:
    return json.loads(body(client.get(url)))


def xlsx_rows(client: Client, url: str) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(body(client.get(url))))["Usage"]
    return list(sheet.iter_rows(values_only=True))


def test_all_three_say_what_the_page_shows(owner: Client) -> None:
    project = make_billed_project(name="Helpdesk")
    book(project, cost="1.25", provider="openai", model="a")
    book(project, cost="2", provider="openai", model="a", occurred_at=NOON + timedelta(days=1))
    book(project, provider="acme", model="b")
    page = page_of(owner, f"/usage/?{NOVEMBER}&group_by=project,model&interval=day")
    shown = [
        (line.label, str(line.cells[0].text), str(line.cells[6].text))
        for line in page.table.lines
        if not line.is_group
    ]
    assert shown == [
        ("a", "1", "$1.25"),
        ("b", "1", '<span class="unpriced">unpriced</span>'),
        ("a", "1", "$2.00"),
    ]
    urls = {link.label: link.url for link in page.exports}
    rows = csv_rows(owner, urls["CSV"])
    assert [(row["bucket"], row["model"], row["requests"], row["cost"]) for row in rows] == [
        ("2026-11-18", "a", "1", "1.250000000"),
        ("2026-11-18", "b", "1", ""),
        ("2026-11-19", "a", "1", "2.000000000"),
    ]
    found = json_report(owner, urls["JSON"])
    assert [(row["model"], row["cost"]) for row in found["rows"]] == [
        ("a", "1.250000000"),
        ("b", None),
        ("a", "2.000000000"),
    ]
    assert (found["totals"]["cost"], found["totals"]["unpriced_requests"]) == ("3.250000000", 1)
    head, *lines, total = xlsx_rows(owner, urls["XLSX"])
    cost, model = head.index("cost"), head.index("model")
    assert [(line[model], line[cost]) for line in lines] == [("a", 1.25), ("b", None), ("a", 2)]
    assert (total[0], total[cost]) == ("Total", 3.25)


def test_files_hold_the_rows_that_a_long_page_leaves_out(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "LINES_SHOWN", 2)
    project = make_billed_project()
    for number in range(4):
        book(project, cost="1", model=f"m{number}")
    page = page_of(owner, f"/usage/?{NOVEMBER}&group_by=model")
    assert page.table.rows_shown == 2
    assert len(csv_rows(owner, page.exports[0].url)) == 4


@pytest.mark.parametrize(
    ("extension", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("json", "application/json"),
    ],
)
def test_files_are_named_by_their_question_and_kept_by_nobody(
    owner: Client, extension: str, content_type: str
) -> None:
    response = owner.get(f"/usage/report.{extension}?{NOVEMBER}&group_by=project,model&interval=week")
    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == (
        f'attachment; filename="usage-by-project-model-week-2026-11-01-to-2026-11-30.{extension}"'
    )
    assert response["Cache-Control"] == "private, no-store"


def test_a_question_that_makes_no_sense_gets_no_file(owner: Client) -> None:
    response = owner.get("/usage/report.csv?from=2026-11-30&to=2026-11-01&interval=minute")
    assert response.status_code == 400
    assert response.json() == {"errors": {"interval": "“minute” is not one of hour, day, week, month."}}


def test_other_formats_are_not_there(owner: Client) -> None:
    assert owner.get("/usage/report.pdf").status_code == 404


@pytest.mark.parametrize("extension", ["csv", "xlsx", "json"])
def test_members_download_their_projects_alone(cast: Cast, extension: str) -> None:
    Project.objects.filter(pk=cast.project.pk).update(prefers_reported_cost=True)
    book(cast.project, cost="1", model="ours")
    secret = make_billed_project(name="Secret project")
    book(secret, cost="20", model="theirs")
    url = f"/usage/report.{extension}?{NOVEMBER}&group_by=project,model"
    read = {
        "csv": lambda client: [row["model"] for row in csv_rows(client, url)],
        "xlsx": lambda client: [row[2] for row in xlsx_rows(client, url)[1:-1]],
        "json": lambda client: [row["model"] for row in json_report(client, url)["rows"]],
    }[extension]
    assert read(cast.owner.client) == ["theirs", "ours"]
    assert read(cast.member.client) == ["ours"]
    for nobody in (cast.stranger, signed_in(make_member(cast.project, "viewer"))):
        assert nobody.client.get(url).status_code == 403
    refused = cast.member.client.get(f"{url}&project={secret.pk}")
    assert refused.status_code == 400
    assert "Secret" not in refused.content.decode()


def test_visitors_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/usage/report.csv").status_code == 302
