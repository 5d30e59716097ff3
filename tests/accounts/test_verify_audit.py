"""manage.py verify_audit, and what guards the log in the database."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.audit.record import record
from accounts.audit.triggers import drop_statements
from accounts.models import AuditEntry
from accounts.models.audit import AuditAction
from core.health.check import check_database

pytestmark = pytest.mark.django_db


def fill(entries: int) -> None:
    for number in range(entries):
        record(AuditAction.EXPORTED, label=f"Report {number}")


def verify(*arguments: str) -> tuple[int, Any]:
    out, status = StringIO(), 0
    try:
        call_command("verify_audit", *arguments, "--format", "json", stdout=out)
    except SystemExit as stop:
        status = int(str(stop.code))
    return status, json.loads(out.getvalue())


def drop_triggers() -> None:
    with connection.cursor() as cursor:
        for statement in drop_statements(connection.vendor):
            cursor.execute(statement)


def test_it_prints_the_end_to_note_down() -> None:
    fill(3)
    head = f"3:{AuditEntry.objects.get(position=3).hash}"
    assert verify() == (0, {"ok": True, "checked": 3, "head": head, "faults": [], "more": 0})
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == f"The audit log is whole.\n3 entries checked. Note down its end: {head}\n"


def test_it_names_what_it_finds() -> None:
    fill(3)
    drop_triggers()
    AuditEntry.objects.filter(position=2).update(actor_label="somebody else")
    status, found = verify()
    assert (status, found["faults"]) == (
        1,
        [{"kind": "changed", "position": 2, "message": "It does not say what was recorded."}],
    )


def test_it_begins_where_it_is_told() -> None:
    fill(4)
    drop_triggers()
    AuditEntry.objects.filter(position=2).update(actor_label="somebody else")
    status, found = verify("--from", "3")
    assert (status, found["checked"], found["head"]) == (
        0,
        2,
        f"4:{AuditEntry.objects.get(position=4).hash}",
    )
    AuditEntry.objects.filter(position=3).update(previous_hash="0" * 64)
    assert {fault["position"] for fault in verify("--from", "3")[1]["faults"]} == {3}


def test_what_was_noted_must_still_stand() -> None:
    fill(3)
    noted = verify()[1]["head"]
    fill(1)
    assert verify("--noted", noted)[0] == 0
    assert verify("--noted", f"3:{'0' * 64}")[0] == 1
    assert verify("--noted", f"9:{'0' * 64}")[0] == 1


@pytest.mark.parametrize(
    "arguments", [["--noted", "three"], ["--from", "0"], ["--from", "3", "--noted", f"2:{'0' * 64}"]]
)
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("verify_audit", *arguments)
    assert refusal.value.returncode == 2


def test_check_db_misses_its_triggers() -> None:
    names = {finding.subject for finding in check_database().findings}
    drop_triggers()
    found = {finding.subject for finding in check_database().findings} - names
    assert any("audit_entries_stay" in name for name in found)
