"""The report page: rows under their groups, and every number an address of the rows behind it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.ledger.record import record_usage
from billing.pages import table
from billing.reports.report import Sums
from projects.models import Project
from tests.billing.usage_pages import NOVEMBER, book, make_billed_project, page_of
from tests.cast import Cast
from tests.factories import NOON, make_event, make_owner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a period before is compared in full, whenever the tests run."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 12, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(make_owner())
    return client


@pytest.fixture
def project() -> Project:
    return make_billed_project(name="Helpdesk")


def texts(line: Any) -> list[str]:
    return [line.label, *(str(cell.text) for cell in line.cells)]


def outline(page: Any) -> list[tuple[int, str, str]]:
    """(depth, label, cost) of each line."""
    return [(line.depth, line.label, str(line.cells[6].text)) for line in page.table.lines]


def test_groups_stand_above_their_rows_with_their_sums(owner: Client, project: Project) -> None:
    book(project, cost="3", provider="anthropic", model="large", input_tokens=3000, cache_read_tokens=1500)
    book(project, cost="1", provider="anthropic", model="small")
    book(
        project,
        cost="0",
        provider="anthropic",
        model="small",
        status="error",
        input_tokens=0,
        output_tokens=0,
    )
    book(project, provider="openai", model="new", input_tokens=None, output_tokens=None)
    page = page_of(owner, f"/usage/?{NOVEMBER}")
    assert [head.label for head in page.table.heads] == [
        "Requests", "Errors, %", "Input", "Cached, %", "Output", "$ per 1k req.", "Cost, USD", "Share, %",
    ]  # fmt: skip
    dim, dash = '<span class="dim">0</span>', '<span class="dim">–</span>'
    unpriced = '<span class="unpriced">unpriced</span>'
    assert [(line.row_class, texts(line)) for line in page.table.lines] == [
        ("is-group", ["Anthropic", "2", "33.33", "4,000", "38", "200", "2,000.000", "$4.00", "100.0"]),
        ("is-child", ["large", "1", dim, "3,000", "50", "100", "3,000.000", "$3.00", "75.0"]),
        ("is-child", ["small", "1", "50.00", "1,000", dim, "100", "1,000.000", "$1.00", "25.0"]),
        ("is-group", ["OpenAI", "1", dim, dash, dash, dash, dash, unpriced, dash]),
        ("is-child", ["new", "1", dim, dash, dash, dash, dash, unpriced, dash]),
    ]
    assert texts(page.table.total) == [
        "Total", "3", "25.00", "4,000", "38", "200", "2,000.000", "$4.00", "100.0",
    ]  # fmt: skip
    assert [line.unpriced for line in (*page.table.lines, page.table.total)] == [0, 0, 0, 1, 0, 1]


def test_large_token_counts_stand_in_millions(owner: Client, project: Project) -> None:
    book(project, cost="1", model="a", input_tokens=12_340_000, output_tokens=10)
    book(project, cost="0.5", model="b", input_tokens=49_999, output_tokens=10)
    page = page_of(owner, f"/usage/?{NOVEMBER}&group_by=model")
    assert [head.label for head in page.table.heads][2:5] == ["Input, M", "Cached, %", "Output"]
    assert [line.cells[2].text for line in page.table.lines] == ["12.3", "<\u202f0.1"]


def test_what_is_gone_since_the_period_before_still_counts_in_its_group(
    owner: Client, project: Project
) -> None:
    october = NOON - timedelta(days=35)
    book(project, cost="2", provider="openai", model="old", occurred_at=october)
    book(project, cost="1", provider="openai", model="new", occurred_at=october)
    book(project, cost="6", provider="openai", model="new")
    page = page_of(owner, f"/usage/?{NOVEMBER}&compare=1")
    changes = {line.label: str(line.cells[-1].text) for line in page.table.lines}
    assert changes == {"OpenAI": "+100.0\u202f%", "new": "+500.0\u202f%"}


def test_a_call_with_two_tags_counts_once_in_the_groups_above(owner: Client, project: Project) -> None:
    book(project, cost="1", tags=("refund", "vip"))
    page = page_of(owner, f"/usage/?{NOVEMBER}&group_by=project,tag")
    assert outline(page) == [(0, "Helpdesk", "$1.00"), (1, "refund", "$1.00"), (1, "vip", "$1.00")]


def test_with_an_interval_rows_stand_under_their_bucket_in_time(owner: Client, project: Project) -> None:
    book(project, cost="1", provider="openai", model="b")
    book(project, cost="5", provider="openai", model="b", occurred_at=NOON + timedelta(days=1))
    book(project, cost="2", provider="openai", model="a", occurred_at=NOON + timedelta(days=1))
    page = page_of(owner, f"/usage/?{NOVEMBER}&group_by=provider,model&interval=day&sort=name")
    assert outline(page) == [
        (0, "18 Nov", "$1.00"),
        (1, "OpenAI", "$1.00"),
        (2, "b", "$1.00"),
        (0, "19 Nov", "$7.00"),
        (1, "OpenAI", "$7.00"),
        (2, "a", "$2.00"),
        (2, "b", "$5.00"),
    ]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-cost", ["dear", "cheap", "unknown"]),
        ("cost", ["cheap", "dear", "unknown"]),
        ("-requests", ["cheap", "dear", "unknown"]),
        ("name", ["cheap", "dear", "unknown"]),
        ("-name", ["unknown", "dear", "cheap"]),
        ("-flavour", ["dear", "cheap", "unknown"]),
    ],
)
def test_columns_sort(owner: Client, project: Project, sort: str, expected: list[str]) -> None:
    book(project, cost="2", model="dear")
    for _ in range(2):
        book(project, cost="0.5", model="cheap")
    book(project, provider="anthropic", model="unknown")
    page = page_of(owner, f"/usage/?{NOVEMBER}&group_by=model&sort={sort}")
    assert [line.label for line in page.table.lines] == expected


def test_a_second_click_on_a_head_turns_the_order_round(owner: Client, project: Project) -> None:
    book(project, cost="2")
    heads = {head.label: head for head in page_of(owner, f"/usage/?{NOVEMBER}").table.heads}
    assert heads["Cost, USD"].direction == "descending"
    assert heads["Requests"].direction == ""
    turned = page_of(owner, f"/usage/{heads['Cost, USD'].url}")
    assert {head.label: head.direction for head in turned.table.heads}["Cost, USD"] == "ascending"


ADDRESSES = [
    f"{NOVEMBER}&compare=1",
    f"{NOVEMBER}&group_by=project,model,person",
    f"{NOVEMBER}&group_by=environment,tag",
    f"{NOVEMBER}&group_by=status&provider=openai",
    f"{NOVEMBER}&interval=week",
    "from=2026-11-18&to=2026-11-19&interval=hour&group_by=model",
    "from=2026-11-18&to=2026-11-19&zone=Asia/Kathmandu&interval=day&group_by=agent",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_number_leads_to_the_rows_behind_it(owner: Client, project: Project, address: str) -> None:
    other = make_billed_project(name="Search")
    for hour in range(-6, 30, 4):
        at = NOON + timedelta(hours=hour, minutes=50)
        status = "error" if hour % 8 == 2 else "ok"
        book(project, cost=f"1.{hour + 10:03}", provider="openai", model="a", occurred_at=at, status=status)
        book(other, provider="openai", model="b", occurred_at=at, tags=("x", "y"), environment="production")
    page = page_of(owner, f"/usage/?{address}")
    assert page.table.lines
    for line in (*page.table.lines, page.table.total):
        requests, errors, tokens, _, _, _, cost, *_ = line.cells
        assert f"{page_of(owner, requests.url).totals.requests:,}" in str(requests.text)
        failed, answered = (
            page_of(owner, errors.url).totals.errors,
            page_of(owner, requests.url).totals.requests,
        )
        rate = Decimal(100 * failed) / (failed + answered)
        assert str(errors.text) == (f"{rate:.2f}" if rate else '<span class="dim">0</span>')
        assert f"{page_of(owner, tokens.url).totals.input_tokens or 0:,}" in str(tokens.text)
        behind = page_of(owner, cost.url).totals
        if behind.cost is None:
            assert str(cost.text) == '<span class="unpriced">unpriced</span>'
        else:
            assert str(cost.text) in {f"${behind.cost:.2f}", '<span class="dim">0</span>'}
        if line.unpriced:
            assert page_of(owner, line.unpriced_url).totals.requests == line.unpriced


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_name_leads_to_the_report_of_its_line_alone(owner: Client, project: Project, address: str) -> None:
    for hour in (0, 20):
        at = NOON + timedelta(hours=hour)
        book(
            project,
            cost="1",
            provider="openai",
            model="a",
            occurred_at=at,
            tags=("x",),
            agent_label="planner",
        )
        book(project, cost="2", provider="openai", model="b", occurred_at=at, environment="staging")
    page = page_of(owner, f"/usage/?{address}")
    is_by_hour = "interval=hour" in address
    for line in page.table.lines:
        totals = page_of(owner, line.url).report.totals
        if not is_by_hour:
            assert str(line.cells[6].text) == f"${totals.cost:.2f}"


def test_a_long_table_says_how_much_it_leaves_out(
    owner: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "LINES_SHOWN", 4)
    record_usage([make_event(project, provider=f"p{number // 2}", model=f"m{number}") for number in range(8)])
    response = owner.get(f"/usage/?{NOVEMBER}&sort=name")
    page = response.context["page"]
    assert [line.label for line in page.table.lines] == ["p0", "m0", "m1"]
    assert (page.table.rows_shown, page.table.rows) == (2, 8)
    assert page.table.total.cells[0].text == "8"
    assert "The table shows the first 2 of 8 rows in this order." in response.content.decode()


def test_what_makes_no_sense_is_said_and_the_rest_is_kept(owner: Client, project: Project) -> None:
    book(project, cost="1", provider="openai", model="a")
    book(project, cost="2", provider="mistral", model="b")
    page = page_of(owner, f"/usage/?{NOVEMBER}&interval=minute&group_by=flavour&provider=openai")
    assert page.faults == (
        "“flavour” is not a dimension: choose from project, provider, model, request_type, environment, "
        "person, agent, conversation, tag, source, status.",
        "“minute” is not one of hour, day, week, month.",
    )
    assert outline(page) == [(0, "OpenAI", "$1.00"), (1, "a", "$1.00")]


@pytest.mark.parametrize(
    "address", ["from=2026-11-30&to=2026-11-01", "to=1066-10-14", "from=9999-12-31", "zone=Mars&zone=Mars"]
)
def test_any_address_has_a_page(owner: Client, address: str) -> None:
    assert page_of(owner, f"/usage/?{address}").faults


def test_the_chart_draws_what_is_asked_for(owner: Client, project: Project) -> None:
    book(project, cost="1.25", provider="openai", model="a")
    book(project, provider="acme", model="b", output_tokens=0)
    address = "/usage/?from=2026-11-17&to=2026-11-19&group_by=provider&interval=day"
    assert page_of(owner, address).chart.data["series"] == [
        {"key": "openai", "label": "OpenAI", "values": [0.0, 1.25, 0.0]},
        {"key": "other", "label": "acme", "values": [0.0, None, 0.0]},
    ]
    assert page_of(owner, address).chart.data["unpriced"] == [False, True, False]
    tokens = page_of(owner, f"{address}&measure=tokens").chart
    assert tokens.data["unit"] == "tokens"
    assert [one["values"] for one in tokens.data["series"]] == [[0.0, 1100.0, 0.0], [0.0, 1000.0, 0.0]]
    assert tokens.data["unpriced"] == []
    assert page_of(owner, f"{address}&measure=flavour").chart.data["unit"] == "usd"


def test_the_chart_says_the_same_in_figures(owner: Client, project: Project) -> None:
    book(project, cost="1.25", provider="openai", model="a")
    book(project, cost="3", provider="openai", model="a", occurred_at=NOON - timedelta(days=7))
    html = owner.get("/usage/?from=2026-11-18&to=2026-11-19&interval=day&compare=1").content.decode()
    assert (
        '<tr><th scope="row">Wed 18 Nov</th><td class="is-num">$1.25</td><td class="is-num">$1.25</td>'
        '<td class="is-num">$3.00</td></tr>' in html
    )


def test_bars_that_lie_ahead_stay_empty(
    project: Project, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 18, 13, 0, tzinfo=UTC))
    client.force_login(make_owner())
    book(project, cost="1", provider="openai", model="a")
    book(project, cost="4", provider="openai", model="a", occurred_at=NOON - timedelta(days=7))
    chart = page_of(client, "/usage/?from=2026-11-17&to=2026-11-19&compare=1").chart
    assert chart.data["series"][0]["values"] == [0.0, 1.0, None]
    assert chart.data["previous"] == [0.0, 4.0, None]
    assert chart.data["partial_last"] is False
    assert page_of(client, "/usage/?from=2026-11-12&to=2026-11-18").chart.data["partial_last"] is True


def test_filters_show_as_chips_that_take_them_away(owner: Client, project: Project) -> None:
    book(project, cost="1", provider="openai", model="a", environment="staging")
    page = page_of(owner, f"/usage/?{NOVEMBER}&provider=openai&project={project.pk}&measure=tokens")
    chips = [(chip.name, chip.values) for chip in page.filters.chips]
    assert chips == [("Project", "Helpdesk"), ("Provider", "OpenAI")]
    without = page_of(owner, f"/usage/{page.filters.chips[0].url}")
    assert [chip.name for chip in without.filters.chips] == ["Provider"]
    assert without.chart.data["unit"] == "tokens"


def test_an_id_in_the_address_reveals_no_name(cast: Cast) -> None:
    secret = make_billed_project(name="Secret project")
    call = book(secret, cost="1", person_label="Secret person")
    for parameter in ("project", "person", "conversation"):
        html = cast.member.client.get(f"/usage/?{NOVEMBER}&{parameter}={call.project_id}").content.decode()
        assert "Secret" not in html


def test_nothing_recorded_reads_as_such(owner: Client) -> None:
    response = owner.get(f"/usage/?{NOVEMBER}")
    assert response.context["page"].report.totals == Sums()
    assert "No usage here" in response.content.decode()


def test_members_see_their_projects_alone(cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(prefers_reported_cost=True)
    book(cast.project, cost="1", model="ours")
    book(make_billed_project(name="Secret project"), cost="20", model="theirs")
    address = f"/usage/?{NOVEMBER}&group_by=project,model&compare=1"
    costs = {
        who: page_of(getattr(cast, who).client, address).report.totals.cost
        for who in ("owner", "member", "stranger")
    }
    assert costs == {"owner": Decimal(21), "member": Decimal(1), "stranger": Decimal(0)}
    for actor in (cast.member, cast.stranger):
        html = actor.client.get(address).content.decode()
        assert "theirs" not in html
        assert "Secret" not in html


def test_queries_do_not_grow_with_rows(
    owner: Client, project: Project, django_assert_max_num_queries: Any
) -> None:
    record_usage([make_event(make_billed_project(), model=f"m{number}") for number in range(12)])
    address = f"/usage/?{NOVEMBER}&group_by=project,model&compare=1&interval=day"
    owner.get(address)
    with django_assert_max_num_queries(24):
        owner.get(address)


def test_visitors_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/usage/").headers["Location"] == "/accounts/login/?next=/usage/"
