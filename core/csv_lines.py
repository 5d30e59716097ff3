"""Lines of CSV (RFC 4180) for spreadsheets and scripts."""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

CONTENT_TYPE = "text/csv; charset=utf-8"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PASSED_OVER = " \x00\xa0\u200b\ufeff"
"""What a spreadsheet may drop before it looks for a formula."""


class _Echo:
    """Hands back what csv.writer writes."""

    def write(self, line: str) -> str:
        return line


_WRITER = csv.writer(_Echo())


def csv_line(cells: Iterable[object]) -> str:
    """One line with its end: None is empty, a Decimal has all its digits and no exponent, times are ISO 8601.

    A text that a spreadsheet would run as a formula gets a leading apostrophe
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    return str(_WRITER.writerow(map(_cell, cells)))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(_PASSED_OVER).startswith(_FORMULA_STARTS) else text
