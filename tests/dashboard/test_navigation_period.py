"""The top bar's period: its names, its neighbours, and what an address may say."""

from datetime import date

import pytest

from dashboard.period import Period, presets, read_period

TODAY = date(2026, 11, 19)
THIS_MONTH = Period(date(2026, 11, 1), TODAY)


def period(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        ("2026-11-19", "2026-11-19", "19 Nov 2026"),
        ("2026-11-01", "2026-11-19", "1–19 Nov 2026"),
        ("2026-10-28", "2026-11-03", "28 Oct – 3 Nov 2026"),
        ("2025-12-30", "2026-01-05", "30 Dec 2025 – 5 Jan 2026"),
    ],
)
def test_label(first: str, last: str, label: str) -> None:
    assert period(first, last).label == label


@pytest.mark.parametrize(
    ("shown", "earlier", "later"),
    [
        (("2026-11-01", "2026-11-19"), ("2026-10-01", "2026-10-31"), None),
        (("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30"), ("2026-11-01", "2026-11-19")),
        (("2024-02-01", "2024-02-29"), ("2024-01-01", "2024-01-31"), ("2024-03-01", "2024-03-31")),
        (("2026-11-13", "2026-11-19"), ("2026-11-06", "2026-11-12"), None),
        (("2026-11-06", "2026-11-12"), ("2026-10-30", "2026-11-05"), ("2026-11-13", "2026-11-19")),
        (("2026-11-01", "2026-11-10"), ("2026-10-22", "2026-10-31"), ("2026-11-11", "2026-11-19")),
        (("2026-01-01", "2026-11-19"), ("2025-01-01", "2025-12-31"), None),
        (("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31"), ("2026-01-01", "2026-11-19")),
        (("2026-11-20", "2026-11-30"), ("2026-11-09", "2026-11-19"), None),
    ],
)
def test_neighbours(shown: tuple[str, str], earlier: tuple[str, str], later: tuple[str, str] | None) -> None:
    assert period(*shown).earlier(TODAY) == period(*earlier)
    assert period(*shown).later(TODAY) == (None if later is None else period(*later))


def test_presets() -> None:
    assert presets(TODAY) == (
        ("This month", THIS_MONTH),
        ("Last month", period("2026-10-01", "2026-10-31")),
        ("Last 7 days", period("2026-11-13", "2026-11-19")),
        ("Last 30 days", period("2026-10-21", "2026-11-19")),
        ("Last 90 days", period("2026-08-22", "2026-11-19")),
        ("This year", period("2026-01-01", "2026-11-19")),
    )


@pytest.mark.parametrize(
    ("params", "read"),
    [
        ({"from": "2026-10-02", "to": "2026-10-05"}, period("2026-10-02", "2026-10-05")),
        ({"from": "2026-11-02"}, period("2026-11-02", "2026-11-19")),
        ({"to": "2026-10-05"}, period("2026-10-01", "2026-10-05")),
        ({}, THIS_MONTH),
        ({"from": "", "to": ""}, THIS_MONTH),
        ({"from": "yesterday"}, THIS_MONTH),
        ({"from": "2026-11-05", "to": "2026-11-01"}, THIS_MONTH),
        ({"from": "0001-01-01", "to": "9999-12-31"}, THIS_MONTH),
    ],
)
def test_read_from_an_address(params: dict[str, str], read: Period) -> None:
    assert read_period(params, TODAY) == read
