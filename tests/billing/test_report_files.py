"""Page, CSV, workbook, JSON and command speak of one report, so they give the same figures."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from billing.ledger.record import record_usage
from billing.reports.build import build_report
from billing.reports.query import Dimension, Interval, UsageQuery
from billing.reports.render.csv import render_csv
from billing.reports.render.json import render_json
from billing.reports.render.xlsx import render_xlsx
from billing.reports.report import Report
from tests.billing.ledgers import LEDGERS, PERIODS, Drawn, booked
from tests.factories import NOON, make_event, make_project

pytestmark = pytest.mark.django_db

ZONE = "America/New_York"
QUERIES = st.builds(
    lambda period, group_by, interval, compare: UsageQuery(
        first_day=period[0],
        last_day=period[1],
        zone=ZONE,
        group_by=tuple(group_by),
        interval=interval,
        compare=compare,
    ),
    st.sampled_from(PERIODS),
    st.lists(st.sampled_from(Dimension), min_size=1, max_size=3, unique=True),
    st.none() | st.sampled_from(Interval),
    st.booleans(),
)


def csv_table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def text(value: Any) -> str:
    """A JSON value as the CSV writes it."""
    return "" if value is None else str(value)


def flat(row: dict[str, Any]) -> dict[str, str]:
    """A row of the JSON as one of the CSV."""
    previous = row.get("previous", {})
    own = {name: text(value) for name, value in row.items() if name != "previous"}
    return own | {f"previous_{name}": text(value) for name, value in previous.items()}


def workbook_rows(content: bytes) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The rows of the first sheet as the CSV would have them, and its last one, the totals."""
    lines = list(load_workbook(BytesIO(content), read_only=True)["Usage"].iter_rows(values_only=True))
    names = [str(name) for name in lines[0]]
    rows = [{name: cell(name, value) for name, value in zip(names, line, strict=True)} for line in lines[1:]]
    return rows[:-1], rows[-1]


def cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return f"{Decimal(str(value)):.9f}" if name.endswith("cost") else str(value)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=LEDGERS, query=QUERIES)
def test_all_renderings_agree(drawn: list[Drawn], query: UsageQuery) -> None:
    with booked(drawn):
        report = build_report(query, now=datetime(2027, 1, 1, tzinfo=UTC))
        data = json.loads(render_json(report))
        arguments = [
            "--group-by",
            ",".join(query.group_by),
            "--zone",
            query.zone,
            "--from",
            query.first_day.isoformat(),
            "--to",
            query.last_day.isoformat(),
            *(["--interval", query.interval.value] if query.interval else []),
            *(["--compare"] if query.compare else []),
        ]
        commands = {name: StringIO() for name in ("csv", "json")}
        for name, out in commands.items():
            call_command("usage_report", *arguments, "--format", name, stdout=out)
    rows = [flat(row) for row in data["rows"]]
    assert csv_table("".join(render_csv(report))) == rows
    workbook, totals = workbook_rows(render_xlsx(report))
    assert workbook == rows
    figures = flat({**data["totals"], **({"previous": data["previous_totals"]} if query.compare else {})})
    assert {name: totals[name] for name in figures} == figures
    assert json.loads(commands["json"].getvalue()) == data
    assert csv_table(commands["csv"].getvalue()) == rows


def small_report(**overrides: Any) -> Report:
    project = make_project(name="Helpdesk", prefers_reported_cost=True)
    record_usage(
        [
            make_event(
                project,
                provider="acme",
                model="a-1",
                cache_read_tokens=400,
                reported_cost=Decimal("0.072928"),
                **overrides,
            ),
            make_event(
                project, provider="acme", model="?", input_tokens=None, output_tokens=None, **overrides
            ),
        ]
    )
    return build_report(
        UsageQuery(
            first_day=date(2026, 11, 18),
            last_day=date(2026, 11, 18),
            group_by=(Dimension.PROJECT, Dimension.MODEL),
            interval=Interval.DAY,
        )
    )


def test_json_has_names_ids_and_exact_costs() -> None:
    report = small_report()
    project = report.rows[0].members[0].key
    known = {
        "requests": 1,
        "errors": 0,
        "input_tokens": 1000,
        "cache_read_tokens": 400,
        "cache_write_tokens": 0,
        "output_tokens": 100,
        "reasoning_tokens": 0,
        "total_tokens": 1100,
        "cost": "0.072928000",
        "unpriced_requests": 0,
    }
    unknown = {
        "requests": 1,
        "errors": 0,
        "input_tokens": None,
        "cache_read_tokens": None,
        "cache_write_tokens": None,
        "output_tokens": None,
        "reasoning_tokens": None,
        "total_tokens": None,
        "cost": None,
        "unpriced_requests": 1,
    }
    group = {"project": "Helpdesk", "project_id": project}
    assert json.loads(render_json(report)) == {
        "query": {
            "from": "2026-11-18",
            "to": "2026-11-18",
            "zone": "UTC",
            "group_by": ["project", "model"],
            "interval": "day",
            "filters": {},
            "compare": False,
        },
        "rows": [
            {**group, "model": "a-1", "bucket": "2026-11-18", **known},
            {**group, "model": "?", "bucket": "2026-11-18", **unknown},
        ],
        "totals": {**known, "requests": 2, "unpriced_requests": 1},
    }


def test_csv_leaves_unknown_figures_empty() -> None:
    report = small_report()
    project = report.rows[0].members[0].key
    assert "".join(render_csv(report)) == (
        "project,project_id,model,bucket,requests,errors,input_tokens,cache_read_tokens,cache_write_tokens,"
        "output_tokens,reasoning_tokens,total_tokens,cost,unpriced_requests\r\n"
        f"Helpdesk,{project},a-1,2026-11-18,1,0,1000,400,0,100,0,1100,0.072928000,0\r\n"
        f"Helpdesk,{project},?,2026-11-18,1,0,,,,,,,,1\r\n"
    )


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_csv_runs_no_formula(name: str) -> None:
    record_usage([make_event(make_project(), model=name)])
    report = build_report(
        UsageQuery(first_day=NOON.date(), last_day=NOON.date(), group_by=(Dimension.MODEL,))
    )
    assert csv_table("".join(render_csv(report)))[0]["model"] == f"'{name}"
    assert load_workbook(BytesIO(render_xlsx(report)))["Usage"]["A2"].data_type == "s"


def test_workbook_cells_are_typed_and_about_says_what_was_asked() -> None:
    workbook = load_workbook(BytesIO(render_xlsx(small_report())))
    first = workbook["Usage"][2]
    assert [value.data_type for value in first] == ["s", "s", "s", "d", *"nnnnnnnnnn"]
    assert (first[3].value, first[12].value) == (datetime(2026, 11, 18), 0.072928)
    about = {row[0]: row[1] for row in workbook["About"].iter_rows(values_only=True)}
    assert about.pop("Generated").endswith(" UTC")
    assert about == {
        "From": datetime(2026, 11, 18),
        "To": datetime(2026, 11, 18),
        "Time zone": "UTC",
        "Grouped by": "project, model",
        "Every": "day",
        "Unpriced requests": 1,
        "Cost": "US dollars; an empty cell is unknown, never zero",
    }
