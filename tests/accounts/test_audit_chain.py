"""The audit log: who did what, kept so that a change of it shows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.audit.origin import Origin, acting, origin_of
from accounts.audit.record import record
from accounts.audit.triggers import ENTRIES, HEAD, drop_statements
from accounts.audit.verify import verify_chain
from accounts.models import AuditEntry, AuditHead
from accounts.models.audit import AuditAction, AuditVia
from core.encryption import Secret
from tests.factories import make_owner, make_project

pytestmark = pytest.mark.django_db


def fill(entries: int = 5) -> None:
    for number in range(1, entries + 1):
        record(AuditAction.CHANGED, label=f"thing {number}", before={"n": number}, after={"n": number + 1})


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def without_triggers() -> None:
    for statement in drop_statements(connection.vendor):
        sql(statement)


def faults(**options: Any) -> list[tuple[str, int]]:
    return [(fault.kind, fault.position) for fault in verify_chain(**options).faults]


def test_an_entry_says_who_what_where_and_what_changed() -> None:
    owner, project = make_owner(), make_project(name="Shop")
    origin = Origin(AuditVia.WEB, owner, address="192.0.2.7", agent="Firefox")
    with acting(origin):
        entry = record(
            AuditAction.CHANGED,
            project,
            project=project,
            before={"name": "Shop", "api_key": Secret("sk-live-1234567890")},
            after={"name": "Shop\x00 2", "share": 0.5},
        )
    stored = AuditEntry.objects.values().get(pk=entry.pk)
    told = {name: stored[name] for name in stored if name not in {"id", "created_at", "updated_at"}}
    del told["occurred_at"], told["hash"], told["key_id"]
    assert told == {
        "position": 1,
        "actor_id": owner.pk,
        "actor_label": owner.email,
        "via": "web",
        "address": "192.0.2.7",
        "agent": "Firefox",
        "action": "changed",
        "target_model": "projects.project",
        "target_id": str(project.pk),
        "target_label": "Shop",
        "project_id": project.pk,
        "project_label": "Shop",
        "before": {"name": "Shop", "api_key": "(secret)"},
        "after": {"name": "Shop\ufffd 2", "share": "0.5"},
        "detail": {},
        "previous_hash": "0" * 64,
    }


def test_a_whole_log_is_found_whole() -> None:
    fill()
    found = verify_chain()
    last = AuditEntry.objects.get(position=5)
    assert (found.checked, found.head, found.faults) == (5, f"5:{last.hash}", [])


def test_the_empty_log_of_a_new_installation_is_whole() -> None:
    make_owner()
    assert verify_chain().faults == []


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {ENTRIES} SET actor_label = 'somebody else' WHERE position = 2",
        f"DELETE FROM {ENTRIES} WHERE position = 5",
        f"DELETE FROM {HEAD}",
        f"UPDATE {HEAD} SET position = position - 1",
    ],
)
def test_the_database_refuses_to_change_it(statement: str) -> None:
    fill()
    with pytest.raises(DatabaseError, match="audit log"), transaction.atomic():
        sql(statement)
    assert faults() == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
@pytest.mark.parametrize(
    ("model", "changed"),
    [
        (AuditEntry, {"target_label": "'another'"}),
        (AuditEntry, {"target_label": "'another'", "id": "'another'"}),
        (AuditEntry, {"target_label": "'another'", "position": "9"}),
        (AuditHead, {"position": "0"}),
        (AuditHead, {"position": "0", "id": "'another'"}),
    ],
)
def test_the_database_refuses_to_replace_it(
    model: type[AuditEntry | AuditHead], changed: dict[str, str]
) -> None:
    fill()
    columns = [field.column for field in model._meta.concrete_fields]
    given = ", ".join(changed.get(column, column) for column in columns)
    table, where = model._meta.db_table, "position IN (2, 5)"
    with pytest.raises(DatabaseError, match="audit log"), transaction.atomic():
        sql(
            f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) SELECT {given} FROM {table} WHERE {where}"
        )
    assert faults() == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (f"UPDATE {ENTRIES} SET actor_label = 'nobody' WHERE position = 2", [("changed", 2)]),
        (
            f"UPDATE {ENTRIES} SET project_id = NULL, detail = '{{\"a\": 1}}' WHERE position = 5",
            [("changed", 5)],
        ),
        (f"DELETE FROM {ENTRIES} WHERE position = 3", [("missing", 3)]),
        (f"DELETE FROM {ENTRIES} WHERE position > 3", [("cut", 4)]),
        (f"DELETE FROM {HEAD}", [("head", 5)]),
        (f"DELETE FROM {ENTRIES}", [("cut", 1)]),
    ],
)
def test_changes_by_sql_are_found(statement: str, found: list[tuple[str, int]]) -> None:
    fill()
    without_triggers()
    sql(statement)
    assert faults() == found


def test_a_log_that_was_emptied_is_found(client: Client) -> None:
    fill()
    client.force_login(make_owner())
    assert faults() == []
    without_triggers()
    sql(f"DELETE FROM {ENTRIES}")
    sql(f"DELETE FROM {HEAD}")
    assert faults() == [("cut", 1)]


def forge(position: int) -> None:
    """An entry that stands on the audit page, and that `record` has not written."""
    forged = AuditEntry.objects.get(position=5)
    forged.pk, forged.position = make_project().pk, position
    forged.save(force_insert=True)


@pytest.mark.parametrize("position", [0, -7])
def test_the_database_refuses_entries_before_the_first(position: int) -> None:
    fill()
    with pytest.raises(DatabaseError), transaction.atomic():
        forge(position)


@pytest.mark.parametrize(
    ("position", "found"),
    [
        (-7, [("inserted", -7)]),
        (0, [("inserted", 0)]),
        (7, [("missing", 6), ("changed", 7), ("inserted", 6)]),
    ],
)
def test_entries_outside_of_the_chain_are_found(position: int, found: list[tuple[str, int]]) -> None:
    fill()
    if connection.vendor == "sqlite":
        sql("PRAGMA ignore_check_constraints = ON")
    else:
        sql(f"ALTER TABLE {ENTRIES} DROP CONSTRAINT audit_entry_position_counts")
    try:
        forge(position)
    finally:
        if connection.vendor == "sqlite":
            sql("PRAGMA ignore_check_constraints = OFF")
    assert faults() == found


def test_a_cut_end_with_a_forged_head_is_found() -> None:
    fill()
    without_triggers()
    AuditEntry.objects.filter(position__gt=3).delete()
    kept = AuditEntry.objects.get(position=3)
    AuditHead.objects.update(position=3, hash=kept.hash)
    assert faults() == [("head", 3)]


def test_a_head_that_was_put_back_is_found_by_what_was_noted() -> None:
    fill(3)
    older = AuditHead.objects.values("position", "hash", "key_id", "signature").get()
    fill(2)
    position, noted = verify_chain().head.split(":")
    without_triggers()
    AuditEntry.objects.filter(position__gt=3).delete()
    AuditHead.objects.update(**older)
    assert faults() == []
    assert faults(noted=(int(position), noted)) == [("noted", 5)]


def test_a_forged_entry_is_found() -> None:
    fill()
    without_triggers()
    forged = AuditEntry.objects.get(position=5)
    forged.pk, forged.position, forged.previous_hash = make_project().pk, 6, forged.hash
    forged.save(force_insert=True)
    assert faults() == [("changed", 6), ("inserted", 6)]


def test_swapped_entries_are_found() -> None:
    fill()
    without_triggers()
    for before, after in ((2, 99), (3, 2), (99, 3)):
        AuditEntry.objects.filter(position=before).update(position=after)
    assert {position for _, position in faults()} == {2, 3, 4}


def test_a_rotated_key_still_checks_what_older_ones_signed(settings: Any) -> None:
    fill(2)
    old = list(settings.AUDIT_KEYS)
    settings.AUDIT_KEYS = ["a newer key", *old]
    fill(2)
    assert faults() == []
    settings.AUDIT_KEYS = ["a newer key"]
    assert faults() == [("unknown_key", 1), ("unknown_key", 2)]


def test_what_is_rolled_back_was_not_done() -> None:
    fill(1)
    with transaction.atomic():
        record(AuditAction.DELETED, label="nothing")
        transaction.set_rollback(True)
    fill(1)
    assert [entry.position for entry in AuditEntry.objects.order_by("position")] == [1, 2]
    assert faults() == []


def test_a_record_takes_few_statements(django_assert_max_num_queries: Callable[..., Any]) -> None:
    fill(1)
    # Move the head, read it, write the entry, sign the head: within a transaction, so with a savepoint.
    with django_assert_max_num_queries(6):
        fill(1)


def test_the_request_says_who_and_from_where(client: Client) -> None:
    owner = make_owner()
    client.force_login(owner)
    request = client.get("/", headers={"user-agent": "Lynx"}).wsgi_request
    assert origin_of(request) == Origin(AuditVia.WEB, owner, "nobody signed in", "127.0.0.1", "Lynx")
