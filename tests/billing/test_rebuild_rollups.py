"""manage.py rebuild_rollups: the sums prove themselves against the ledger."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from billing.ledger.rebuild import Drift, check_rollups, rebuild_rollups
from billing.ledger.record import record_usage
from billing.models import DailyModelUsage, DailyPersonUsage, DailyProjectUsage, DailyUsage, RollupZone
from tests.factories import NOON, make_event, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_days() -> None:
    project = make_project()
    record_usage([make_event(project), make_event(project, occurred_at=NOON + timedelta(days=1))])


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("rebuild_rollups", *arguments, stdout=out)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_true_sums_show_no_drift(two_days: None) -> None:
    assert run("--check") == (0, "Compared 2 days of UTC: drift 0.\n")
    zone = RollupZone.objects.get()
    assert (zone.drift, zone.checked_at is not None) == (0, True)


def test_a_wrong_sum_is_named_and_rebuilt(two_days: None) -> None:
    DailyModelUsage.objects.filter(day=NOON.date()).update(input_tokens=1001)
    assert check_rollups().drifts == (
        Drift(
            "DailyModelUsage",
            "UTC",
            NOON.date(),
            ("anthropic", "claude-sonnet-4-5"),
            "input_tokens",
            1001,
            1000,
        ),
    )
    status, text = run("--check", "--format", "json")
    assert (status, json.loads(text)["drift"]) == (1, 1)
    assert RollupZone.objects.get().drift == 1
    assert run() == (0, "Rebuilt 2 days.\n")
    assert check_rollups().drifts == ()


def test_missing_and_stray_rows_are_drift_too(two_days: None) -> None:
    DailyProjectUsage.objects.filter(day=NOON.date()).delete()
    DailyUsage.objects.create(
        zone="UTC",
        day=NOON.date() + timedelta(days=9),
        project=make_project(),
        provider="acme",
        request_type="chat",
        requests=1,
    )
    found = {(drift.rung, drift.measure, drift.rollup, drift.ledger) for drift in check_rollups().drifts}
    assert {("DailyProjectUsage", "requests", 0, 1), ("DailyUsage", "requests", 1, 0)} <= found
    rebuild_rollups()
    assert check_rollups().drifts == ()


def test_rebuilding_changes_nothing_that_was_right(two_days: None) -> None:
    models = (DailyModelUsage, DailyProjectUsage, DailyPersonUsage, DailyUsage)

    def sums() -> list[list[tuple[object, ...]]]:
        columns = [
            [field.attname for field in model._meta.concrete_fields if field.name != "id"] for model in models
        ]
        return [
            sorted(model.objects.values_list(*names), key=str)
            for model, names in zip(models, columns, strict=True)
        ]

    before = sums()
    rebuild_rollups()
    assert sums() == before


def test_a_span_of_days_is_enough(two_days: None) -> None:
    day = (NOON + timedelta(days=1)).date().isoformat()
    assert run("--from", day, "--to", day) == (0, "Rebuilt 1 day.\n")
    assert run("--check", "--from", day) == (0, "Compared 1 day of UTC: drift 0.\n")


def test_an_unknown_zone_is_wrong_usage() -> None:
    with pytest.raises(CommandError, match="not an IANA time zone") as error:
        call_command("rebuild_rollups", "--zone", "Mars/Phobos")
    assert error.value.returncode == 2
