"""Figures, times, providers and icons as pages show them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone

from core.moments import ago

UNPRICED = '<span class="unpriced">unpriced</span>'
ZERO = '<span class="dim">0</span>'
NONE = '<span class="dim">–</span>'


def render(source: str, **context: Any) -> str:
    return Template("{% load format %}" + source).render(Context(context))


def delta(text: str) -> str:
    return f'<span class="delta">{text}</span>'


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("money", Decimal("9559.284"), "$9,559.28"),
        ("money", Decimal("-177"), "−$177.00"),
        ("money", Decimal("0.005"), "$0.01"),
        ("money", Decimal("0.004"), "&lt;$0.01"),
        ("money", Decimal("-0.004"), "−&lt;$0.01"),
        ("money", Decimal(0), ZERO),
        ("money", None, UNPRICED),
        ("money4", Decimal("0.0327984"), "$0.0328"),
        ("money4", Decimal("0.00004"), "&lt;$0.0001"),
        ("money4", None, UNPRICED),
        ("money9", Decimal("0.032798400"), "$0.032798400"),
        ("money9", Decimal("1234567.000000001"), "$1,234,567.000000001"),
        ("money9", None, UNPRICED),
        ("delta_money", Decimal("869"), delta("+$869.00")),
        ("delta_money", Decimal("-177.5"), delta("−$177.50")),
        ("delta_money", Decimal(0), delta("$0.00")),
        ("delta_money", None, NONE),
        ("tokens", 10_110_000_000, "10.11\u202fB"),
        ("tokens", 531_800_000, "531.8\u202fM"),
        ("tokens", 1_000_000, "1.0\u202fM"),
        ("tokens", 999_999, "999,999"),
        ("tokens", 18_420, "18,420"),
        ("tokens", 0, ZERO),
        ("tokens", None, NONE),
        ("count", 865_429, "865,429"),
        ("count", -3, "−3"),
        ("count", 0, ZERO),
        ("count", None, NONE),
        ("percent", 0.327, "32.7\u202f%"),
        ("percent:2", Decimal("0.0072"), "0.72\u202f%"),
        ("percent:0", 0.4, "40\u202f%"),
        ("percent", 0, "0.0\u202f%"),
        ("percent", None, NONE),
        ("delta_percent", 0.152, delta("+15.2\u202f%")),
        ("delta_percent", -0.038, delta("−3.8\u202f%")),
        ("delta_percent", -0.0001, delta("0.0\u202f%")),
        ("delta_percent", None, NONE),
        ("delta_percent:8", 9, delta("+12.5\u202f%")),
        ("delta_percent:0", 9, NONE),
        ("delta_percent:None", 9, NONE),
        ("duration_ms", 640, "640\u202fms"),
        ("duration_ms", 3_120, "3.1\u202fs"),
        ("duration_ms", 18 * 60_000, "18\u202fmin"),
        ("duration_ms", 125 * 60_000, "2\u202fh 5\u202fmin"),
        ("duration_ms", 73 * 3_600_000, "3\u202fd"),
        ("duration_ms", None, NONE),
        ("provider_name", "x-ai", "xAI"),
        ("provider_name", "acme", "acme"),
        ("provider_class", "aws", "is-bedrock"),
        ("provider_class", "openai", "is-openai"),
        ("provider_class", "acme", "is-other"),
    ],
)
def test_figures(source: str, value: Any, shown: str) -> None:
    assert render("{{ value|" + source + " }}", value=value) == shown


NIGHT = datetime(2026, 11, 18, 23, 39, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "text"),
    [("moment", "19 Nov 2026, 00:39"), ("moment_seconds", "19 Nov 2026, 00:39:07"), ("clock", "00:39")],
)
def test_times_are_the_readers_with_utc_in_the_title(source: str, text: str) -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        shown = render("{{ value|" + source + " }}", value=NIGHT)
    assert shown == (
        f'<time datetime="2026-11-18T23:39:07+00:00" title="UTC 18 Nov 2026, 23:39:07">{text}</time>'
    )


def test_a_day_has_no_zone() -> None:
    shown = render("{{ value|day }}", value=date(2026, 11, 1))
    assert shown == '<time datetime="2026-11-01">1 Nov 2026</time>'


@pytest.mark.parametrize("source", ["moment", "moment_seconds", "clock", "ago", "day"])
def test_a_time_that_never_was(source: str) -> None:
    assert render("{{ value|" + source + " }}", value=None) == NONE


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (timedelta(seconds=14), "14\u202fs ago"),
        (timedelta(minutes=18), "18\u202fmin ago"),
        (timedelta(days=-1), "0\u202fs ago"),
    ],
)
def test_ago(elapsed: timedelta, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NIGHT + elapsed)
    assert re.sub(r"<.*?>", "", ago(NIGHT)) == text


def test_icon() -> None:
    assert render('{% icon "down" "sm" %}') == (
        '<svg class="icon icon--sm" aria-hidden="true"><use href="/static/img/icons.svg#i-down"/></svg>'
    )


def test_templates_name_icons_that_the_sprite_has() -> None:
    sprite = (settings.BASE_DIR / "static" / "img" / "icons.svg").read_text()
    known = set(re.findall(r'id="i-([a-z]+)"', sprite))
    templates: list[Path] = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    named = {name for path in templates for name in re.findall(r'\{% icon "([a-z]+)"', path.read_text())}
    assert named - known == set()
    assert "down" in named
