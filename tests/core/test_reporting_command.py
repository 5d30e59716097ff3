"""The base of our commands."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from rich.table import Table

from core.commands import ReportingCommand, UsageError


class Greeting(ReportingCommand):
    """Does whatever the test wants."""

    outcome: Any = 0

    def run(self, **options: Any) -> int:
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        table = Table("Name", "Count")
        table.add_row("x" * 100, "1")
        self.print_result({"name": "Zoë", "count": 1}, "Zoë: 1", table)
        return int(self.outcome)


def run(outcome: Any = 0, *arguments: str) -> tuple[str, int]:
    """What the command prints, and its exit status."""
    command, out = Greeting(), StringIO()
    command.outcome = outcome
    try:
        call_command(command, *arguments, stdout=out, stderr=StringIO())
    except SystemExit as stop:
        return out.getvalue(), int(stop.code or 0)
    return out.getvalue(), 0


def test_people_read_text_and_tables_that_are_not_folded() -> None:
    printed, status = run()
    assert status == 0
    assert printed.startswith("Zoë: 1\n")
    assert "x" * 100 in printed


def test_programs_read_json() -> None:
    assert run(0, "--format", "json") == ('{\n  "name": "Zoë",\n  "count": 1\n}\n', 0)


def test_the_exit_status_is_what_was_found() -> None:
    assert run(1)[1] == 1


def test_ctrl_c_is_no_traceback() -> None:
    assert run(KeyboardInterrupt()) == ("", 130)


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (UsageError("Give a path."), 2, "Give a path."),
        (
            OperationalError("no such table: x"),
            1,
            "The database refused: no such table: x. Has “migrate” been run?",
        ),
    ],
)
def test_mistakes_end_in_one_line(error, status, message) -> None:
    with pytest.raises(CommandError) as raised:
        run(error)
    assert (str(raised.value), raised.value.returncode) == (message, status)
