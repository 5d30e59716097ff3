"""The overview: what was spent, against the period before, and what needs somebody."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.ledger.rebuild import check_rollups
from billing.models import DailyModelUsage, RollupZone
from billing.pricing.catalog import CATALOG_VERSION
from billing.reports.report import Sums
from dashboard.overview.imports import Heard
from integrations.models import ImportRun
from projects.models import Project
from tests.billing.usage_pages import book, make_billed_project, page_of
from tests.cast import Cast
from tests.factories import NOON, make_import_run, make_owner, make_price, make_project, make_source

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
WEEKS_4 = timedelta(days=28)
"""How far before 1–18 November the days lie with which they are compared."""


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """It is three o'clock on 18 November; call it to make it another time."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    set_clock(NOW)
    return set_clock


@pytest.fixture
def owner(client: Client, now: Callable[[datetime], None]) -> Client:
    client.force_login(make_owner())
    return client


@pytest.fixture
def project() -> Project:
    return make_billed_project(name="Helpdesk")


def figures(page: Any) -> dict[str, tuple[str, str]]:
    return {figure.label: (str(figure.value), str(figure.note)) for figure in page.figures}


def todo(page: Any) -> list[tuple[str, str, str]]:
    return [(need.tone, need.title, need.note) for need in page.needs]


def test_key_figures_stand_against_the_same_hours_of_the_period_before(
    owner: Client, project: Project
) -> None:
    before = NOON - WEEKS_4
    book(project, cost="2", input_tokens=1000, cache_read_tokens=400, output_tokens=0)
    book(project, cost="1", occurred_at=before, input_tokens=500, output_tokens=0)
    book(project, cost="1", occurred_at=before, input_tokens=500, output_tokens=0, status="error")
    book(project, cost="64", occurred_at=before + timedelta(hours=3, microseconds=1), model="later that day")
    page = page_of(owner, "/")
    assert page.period == (
        "1 to 18 November, today so far, against 4 to 21 October: same weekdays, same hours"
    )
    narrow = "\u202f"
    assert figures(page) == {
        "Spend": ("$2.00", f'<span class="delta">0.0{narrow}%</span> from $2.00'),
        "Requests": ("1", f'<span class="delta">0.0{narrow}%</span> from 1'),
        "Tokens": ("1,000", f'<span class="delta">0.0{narrow}%</span>, 40{narrow}% of input cached'),
        "Error rate": (f"0.00{narrow}%", f"0 failed, 50.00{narrow}% before"),
        "Unpriced": ('<span class="dim">0</span>', "every request has a price"),
    }


def test_figures_lead_to_what_they_count(owner: Client, project: Project) -> None:
    book(project, cost="2")
    book(project, status="error")
    book(project)
    urls = {figure.label: figure.url for figure in page_of(owner, "/?zone=Asia/Tokyo").figures}
    assert page_of(owner, urls["Spend"]).report.totals.cost == Decimal(2)
    assert page_of(owner, urls["Requests"]).chart.data["unit"] == "requests"
    assert page_of(owner, urls["Tokens"]).chart.data["unit"] == "tokens"
    assert page_of(owner, urls["Error rate"]).totals.errors == 1
    assert page_of(owner, urls["Unpriced"]).requests == 1
    assert all("zone=Asia/Tokyo" in url for url in urls.values())


def test_nothing_before_is_said_instead_of_a_change(owner: Client, project: Project) -> None:
    book(project, cost="2")
    assert figures(page_of(owner, "/"))["Spend"] == ("$2.00", "nothing before")


def test_unknown_spend_is_not_zero(owner: Client, project: Project) -> None:
    book(project)
    found = figures(page_of(owner, "/"))
    assert found["Spend"][0] == '<span class="unpriced">unpriced</span>'
    assert found["Unpriced"] == ("1", "requests of 1 model")


def test_the_sparkline_ends_with_yesterday(owner: Client, project: Project) -> None:
    book(project, cost="2")
    book(project, cost="1.5", occurred_at=NOON - timedelta(days=1))
    [spend, *_] = page_of(owner, "/?from=2026-11-15").figures
    assert json.loads(spend.spark) == [0, 0, 1.5]


def test_the_chart_stacks_providers_and_pales_today(owner: Client, project: Project) -> None:
    book(project, cost="2", provider="openai", model="a")
    book(project, cost="1", provider="anthropic", model="b", occurred_at=NOON - timedelta(days=1))
    book(project, occurred_at=NOON - timedelta(days=2))
    page = page_of(owner, "/?from=2026-11-16")
    assert page.chart_title == "Spend a day"
    assert page.chart.data == {
        "labels": ["16", "17", "18"],
        "titles": ["Mon 16 Nov", "Tue 17 Nov", "Wed 18 Nov"],
        "unit": "usd",
        "series": [
            {"key": "anthropic", "label": "Anthropic", "values": [0.0, 1.0, 0.0]},
            {"key": "openai", "label": "OpenAI", "values": [0.0, 0.0, 2.0]},
            {"key": "other", "label": "acme", "values": [None, 0.0, 0.0]},
        ],
        "previous": [0.0, 0.0, 0.0],
        "previous_label": "9–11 Nov",
        "unpriced": [True, False, False],
        "partial_last": True,
    }
    assert page_of(owner, "/?from=2026-11-18").chart_title == "Spend an hour"


def test_top_models_and_what_they_lead_to(owner: Client, project: Project) -> None:
    book(project, cost="3", provider="openai", model="a")
    book(project, cost="1", provider="mistral", model="b")
    book(project, cost="2", provider="openai", model="a", occurred_at=NOON - WEEKS_4)
    top = page_of(owner, "/").models
    assert [
        (line.label, line.provider, line.cost, line.bar, line.share, line.change) for line in top.lines
    ] == [
        ("a", "openai", Decimal(3), 100, "75.0\u202f%", "+50.0\u202f%"),
        ("b", "mistral", Decimal(1), 33, "25.0\u202f%", ""),
    ]
    assert top.count == 2
    assert [page_of(owner, line.cost_url).totals.cost for line in top.lines] == [3, 1]
    assert [page_of(owner, line.url).report.totals.cost for line in top.lines] == [3, 1]


def test_top_projects_and_what_moved_them(owner: Client, project: Project) -> None:
    before = NOON - WEEKS_4
    for _ in range(2):
        book(project, cost="1", provider="openai", model="a")
    book(project, cost="0.5", provider="openai", model="a", occurred_at=before)
    book(make_billed_project(name="New one"), cost="1", provider="openai", model="a")
    unpriced = make_billed_project(name="Partly known")
    book(unpriced, cost="0.75", provider="openai", model="a")
    book(unpriced, cost="0.25", provider="openai", model="a", occurred_at=before)
    book(unpriced)
    unknown = make_billed_project(name="Unknown")
    book(unknown)
    book(unknown, occurred_at=before)
    top = page_of(owner, "/").projects
    assert [(line.label, line.cost, line.change, line.note) for line in top.lines] == [
        ("Helpdesk", Decimal(2), "+$1.50", "+$0.50 volume, +$1.00 unit cost"),
        ("New one", Decimal(1), "", "nothing in the period before"),
        ("Partly known", Decimal("0.75"), "+$0.50", "+$0.50 unit cost"),
        ("Unknown", None, "", "no price in one of the periods"),
    ]
    assert [page_of(owner, line.cost_url).totals.cost for line in top.lines] == [
        line.cost for line in top.lines
    ]


def test_requests_without_a_price_need_somebody(owner: Client, project: Project) -> None:
    for number in range(4):
        for _ in range(4 - number):
            book(project, model=f"m{number}")
    page = page_of(owner, "/")
    assert todo(page) == [("warn", "10 requests have no price", "m0 4, m1 3, 2 more")]
    assert page_of(owner, page.needs[0].url).requests == 10


def test_a_provider_that_fails_today_needs_somebody(owner: Client, project: Project) -> None:
    for number in range(12):
        error = "AuthenticationError" if number else "Timeout"
        book(project, cost="0", provider="mistral", model="m", status="error", error_type=error)
    book(project, cost="1", provider="mistral", model="m")
    book(project, cost="1", provider="mistral", model="m", occurred_at=NOON - timedelta(days=1))
    [need] = page_of(owner, "/").needs
    assert (need.tone, need.title, need.note) == (
        "danger",
        "Mistral: 92\u202f% of calls fail today",
        "12 of 13, mostly AuthenticationError",
    )
    assert page_of(owner, need.url).totals == Sums(errors=12, input_tokens=12_000, output_tokens=1200)


@pytest.mark.parametrize(("today", "before"), [((9, 1), (0, 1)), ((12, 300), (0, 9)), ((12, 12), (10, 10))])
def test_a_few_rare_or_usual_failures_do_not(
    owner: Client, project: Project, today: tuple[int, int], before: tuple[int, int]
) -> None:
    for (errors, answers), moment in ((today, NOON), (before, NOON - timedelta(days=1))):
        for number in range(errors + answers):
            status = "error" if number < errors else "ok"
            book(project, cost="0", provider="mistral", model="m", status=status, occurred_at=moment)
    assert todo(page_of(owner, "/")) == []


def finished(**overrides: Any) -> ImportRun:
    fields = {"status": "completed", "read": 100, "created": 100, "finished_at": NOW}
    return make_import_run(**{**fields, **overrides})


def test_imports_that_left_records_out_or_failed_need_somebody(owner: Client, project: Project) -> None:
    book(project, cost="1")
    source = make_source(name="litellm-eu")
    finished(source=source, label="good.json")
    left = finished(source=source, label="left.json", created=88, rejected=12)
    failed = finished(source=source, label="broken.json", status="failed", read=0, created=0)
    finished(source=source, label="again.json", created=99, rejected=1)
    finished(source=source, label="again.json")
    old = finished(source=source, label="old.json", created=99, rejected=1)
    ImportRun.objects.filter(pk=old.pk).update(created_at=NOW - timedelta(days=8))
    page = page_of(owner, "/")
    assert todo(page) == [
        ("danger", "Import failed", "broken.json, litellm-eu"),
        ("warn", "Import left 12 rows out", "left.json, 100 read"),
    ]
    assert [need.url for need in page.needs] == [
        reverse("admin:integrations_importrun_change", args=[run.pk]) for run in (failed, left)
    ]
    assert [run.label for run in page.runs] == ["again.json", "again.json", "broken.json", "left.json"]
    assert [run.tone for run in page.runs] == ["ok", "warn", "danger", "warn"]


def test_sources_say_when_they_were_last_heard_of(owner: Client, project: Project) -> None:
    book(project, cost="1")
    make_source(name="silent")
    make_source(name="older", last_received_at=NOON)
    make_source(name="newer", last_received_at=NOW)
    assert page_of(owner, "/").sources == (Heard("newer", NOW), Heard("older", NOON), Heard("silent", None))


def test_the_last_line_tells_whether_figures_can_be_trusted(owner: Client, project: Project) -> None:
    book(project, cost="1")
    make_price()
    make_price(model="ended", valid_to=NOON)
    check_rollups()
    html = owner.get("/").content.decode()
    assert "15:00</time>, drift 0</span>" in html
    assert "3\u202fh ago" in html or "3 h ago" in html.replace("\u202f", " ")
    assert f"<span>Prices: {CATALOG_VERSION}, 1 override</span>" in html
    assert "Times in UTC" in html


def test_drift_is_not_hidden(owner: Client, project: Project) -> None:
    book(project, cost="1")
    DailyModelUsage.objects.update(requests=5)
    check_rollups()
    assert RollupZone.objects.get().drift == 1
    html = owner.get("/").content.decode()
    assert "drift 1</span>" in html
    assert '<span class="is-danger">' in html


def test_a_zone_without_rollups_says_so(owner: Client, project: Project) -> None:
    book(project, cost="1")
    assert "This zone has no rollups" in owner.get("/?zone=Asia/Kathmandu").content.decode()


def test_before_anything_is_recorded_it_says_what_to_do(owner: Client) -> None:
    html = owner.get("/").content.decode()
    assert "Nothing is recorded yet" in html
    assert "manage.py import_usage claude-code ~/.claude/projects" in html
    assert "make demo" in html
    assert "data-chart" not in html


def test_an_empty_period_is_not_an_empty_ledger(owner: Client, project: Project) -> None:
    book(project, cost="1", occurred_at=NOON - timedelta(days=200))
    html = owner.get("/").content.decode()
    assert "Nothing was recorded in these days." in html
    assert "Nothing is recorded yet" not in html


def test_the_top_bar_s_project_narrows_everything(owner: Client, project: Project) -> None:
    book(project, cost="1", model="ours")
    other = make_billed_project(name="Other")
    book(other, cost="2", model="theirs")
    book(other)
    page = page_of(owner, f"/?project={project.pk}")
    assert figures(page)["Spend"][0] == "$1.00"
    assert [line.label for line in page.models.lines] == ["ours"]
    assert [line.label for line in page.projects.lines] == ["Helpdesk"]
    assert page.needs == ()


def test_what_makes_no_sense_is_said(owner: Client, project: Project) -> None:
    book(project, cost="1")
    html = owner.get("/?from=yesterday").content.decode()
    assert "“yesterday” is not a day, such as 2026-11-01." in html
    assert "$1.00" in html


def test_members_see_their_projects_alone(cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(prefers_reported_cost=True)
    book(cast.project, cost="1", model="ours")
    secret = make_billed_project(name="Secret project")
    book(secret, cost="20", model="secret-model", provider="openai")
    book(secret, model="secret-unpriced")
    finished(
        label="secret.json", created=99, rejected=1, project=secret, source=make_source(name="secret-source")
    )
    assert figures(page_of(cast.owner.client, "/"))["Spend"][0] == "$21.00"
    page = page_of(cast.member.client, "/")
    assert figures(page)["Spend"][0] == "$1.00"
    assert (page.needs, page.runs, page.sources) == ((), (), ())
    assert "secret" not in cast.member.client.get("/").content.decode().lower()


def test_strangers_are_told_how_to_see_something(cast: Cast) -> None:
    book(make_project(name="Secret project"), cost="1")
    html = cast.stranger.client.get("/").content.decode()
    assert "You belong to no project yet" in html
    assert "Secret" not in html


def test_queries_do_not_grow_with_data(
    owner: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        book(make_billed_project(), cost="1", model=f"m{number}", provider=f"p{number}")
        finished(label=f"{number}.json", source=make_source())
    owner.get("/")
    with django_assert_max_num_queries(34):
        owner.get("/")
