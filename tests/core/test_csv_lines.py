"""Lines of CSV: exact figures, and no text that a spreadsheet would run."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.csv_lines import csv_line


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (-7, "-7"),
        (Decimal("-0.000000001"), "-0.000000001"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 11, 18), "2026-11-18"),
        (datetime(2026, 11, 18, 12, 0, tzinfo=UTC), "2026-11-18T12:00:00+00:00"),
        ("plain", "plain"),
        ("a, b", '"a, b"'),
        ('say "hi"', '"say ""hi"""'),
        ("two\nlines", '"two\nlines"'),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", '"\'\r=1"'),
        ("\n=1", '"\'\n=1"'),
        (" =1+1", "' =1+1"),
        ("\ufeff=1+1", "'\ufeff=1+1"),
        ("＝1+1", "'＝1+1"),
        ("1=1", "1=1"),
    ],
)
def test_a_cell(value: object, cell: str) -> None:
    assert csv_line([value, "end"]) == f"{cell},end\r\n"
