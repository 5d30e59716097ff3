"""manage.py usage_report: a table for people, files, and mistakes answered in a sentence."""

import json
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from billing.ledger.record import record_usage
from projects.models import Project
from tests.factories import make_event, make_project

pytestmark = pytest.mark.django_db

NOVEMBER = ["--from", "2026-11-01", "--to", "2026-11-30"]


def report(*arguments: str) -> str:
    out = StringIO()
    call_command("usage_report", *NOVEMBER, *arguments, stdout=out)
    return out.getvalue()


def book() -> Project:
    helpdesk = make_project(name="Helpdesk", prefers_reported_cost=True)
    other = make_project(name="Other", prefers_reported_cost=True)
    record_usage(
        [
            make_event(helpdesk, provider="acme", model="a-1", reported_cost=Decimal("9559.28")),
            make_event(helpdesk, provider="acme", model="[red]a-2\x1b[2J", reported_cost=Decimal("0.072928")),
            make_event(other, provider="globex", model="nobody-knows"),
        ]
    )
    return helpdesk


def lines(text: str) -> list[list[str]]:
    return [line.replace("│", " ").replace("┃", " ").split() for line in text.splitlines()]


def test_the_table_shows_figures_in_full() -> None:
    book()
    shown = lines(report())
    assert shown[0] == ["Usage,", "1", "Nov", "2026", "to", "30", "Nov", "2026,", "UTC"]
    assert [line for line in shown if line[0] in {"acme", "globex", "Total"}] == [
        ["acme", "a-1", "1", "0", "1,000", "0", "0", "100", "0", "1,100", "$9,559.280000", "0"],
        ["acme", "[red]a-2�[2J", "1", "0", "1,000", "0", "0", "100", "0", "1,100", "$0.072928", "0"],
        ["globex", "nobody-knows", "1", "0", "1,000", "0", "0", "100", "0", "1,100", "unpriced", "1"],
        ["Total", "3", "0", "3,000", "0", "0", "300", "0", "3,300", "$9,559.352928", "1"],
    ]


def test_filters_take_projects_by_name_or_id() -> None:
    helpdesk = book()
    for value in ("Helpdesk", str(helpdesk.pk)):
        data = json.loads(report("--format", "json", "--filter", f"project={value}", "provider=acme"))
        assert data["query"]["filters"] == {"project": [str(helpdesk.pk)], "provider": ["acme"]}
        assert (data["totals"]["requests"], data["totals"]["cost"]) == (2, "9559.352928000")


def test_files_are_written(tmp_path: Path) -> None:
    book()
    for name in ("table", "csv", "json"):
        path = tmp_path / f"usage.{name}"
        assert report("--format", name, "--output", str(path)) == ""
        assert "a-1" in path.read_text(encoding="utf-8")
    report("--format", "xlsx", "--output", str(tmp_path / "usage.xlsx"))
    assert load_workbook(tmp_path / "usage.xlsx")["Usage"]["B2"].value == "a-1"


def test_a_workbook_goes_into_a_pipe() -> None:
    class Pipe(StringIO):
        buffer = BytesIO()

    call_command("usage_report", *NOVEMBER, "--format", "xlsx", stdout=Pipe())
    assert load_workbook(BytesIO(Pipe.buffer.getvalue())).sheetnames == ["Usage", "About"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--group-by", "colour"], "“colour” is not a dimension: choose from project, provider, model,"),
        (["--zone", "Mars/Phobos"], "“Mars/Phobos” is not an IANA time zone, such as Europe/Berlin."),
        (["--interval", "century"], "“century” is not one of hour, day, week, month."),
        (["--to", "2026-10-01"], "“from” is after “to”: 2026-11-01 is later than 2026-10-01."),
        (["--filter", "openai"], "“openai” is not a filter, such as provider=openai."),
        (["--filter", "colour=red"], "“colour” is not a dimension: choose from project, provider, model,"),
        (["--filter", "project=Nowhere"], "No such project: Nowhere."),
        (["--format", "xlsx"], "A workbook is not for a terminal: name a file with --output."),
    ],
)
def test_mistakes_end_with_status_2_and_a_sentence(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError) as caught:
        report(*arguments)
    assert caught.value.returncode == 2
    assert str(caught.value).startswith(message)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "usage.csv"
    with pytest.raises(CommandError, match=r"Cannot write .*usage\.csv: No such file or directory"):
        report("--format", "csv", "--output", str(path))
