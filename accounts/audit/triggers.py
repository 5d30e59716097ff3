"""The audit log is append-only at the database too, on both engines.

Laid again after every migrate: SQLite drops a table's triggers when Django remakes the table.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connections

from accounts.models import AuditEntry, AuditHead

ENTRIES = AuditEntry._meta.db_table
HEAD = AuditHead._meta.db_table
_KEPT = "The audit log is append-only."
_FORWARD = "The end of the audit log moves forward, one entry at a time."


def trigger_names(vendor: str) -> set[str]:
    names = {"audit_entries_stay", "audit_head_moves_forward", "audit_head_stays"}
    if vendor == "sqlite":
        return names | {
            "audit_entries_stay_undeleted",
            "audit_entries_stay_unreplaced",
            "audit_head_stays_one",
        }
    return names | {"audit_entries_stay_whole", "audit_head_stays_whole"}


def install_audit_triggers(using: str, **kwargs: Any) -> None:
    """A `post_migrate` receiver: makes the triggers that are missing."""
    connection = connections[using]
    if not {ENTRIES, HEAD} <= set(connection.introspection.table_names()):
        return
    statements = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _postgresql() -> Iterator[str]:
    for name, message in (("audit_stays", _KEPT), ("audit_head_moves", _FORWARD)):
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for name, event, table in (
        ("audit_entries_stay", "UPDATE OR DELETE", ENTRIES),
        ("audit_head_stays", "DELETE", HEAD),
    ):
        yield (
            f'CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION audit_stays()"
        )
        yield (
            f'CREATE OR REPLACE TRIGGER {name}_whole BEFORE TRUNCATE ON "{table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
        )
    yield (
        f'CREATE OR REPLACE TRIGGER audit_head_moves_forward BEFORE UPDATE ON "{HEAD}" FOR EACH ROW'
        " WHEN (NEW.position NOT IN (OLD.position, OLD.position + 1))"
        " EXECUTE FUNCTION audit_head_moves()"
    )


def _sqlite() -> Iterator[str]:
    # REPLACE deletes what it meets, and no trigger of deletions hears of it (unless the connection says
    # PRAGMA recursive_triggers): so whoever would be met is looked for before.
    for name, event, message in (
        (
            "audit_entries_stay_unreplaced",
            f'INSERT ON "{ENTRIES}" WHEN EXISTS (SELECT 1 FROM "{ENTRIES}" WHERE id = NEW.id)'
            f' OR EXISTS (SELECT 1 FROM "{ENTRIES}" WHERE position = NEW.position)',
            _KEPT,
        ),
        ("audit_head_stays_one", f'INSERT ON "{HEAD}" WHEN EXISTS (SELECT 1 FROM "{HEAD}")', _KEPT),
        ("audit_entries_stay", f'UPDATE ON "{ENTRIES}"', _KEPT),
        ("audit_entries_stay_undeleted", f'DELETE ON "{ENTRIES}"', _KEPT),
        ("audit_head_stays", f'DELETE ON "{HEAD}"', _KEPT),
        (
            "audit_head_moves_forward",
            f'UPDATE ON "{HEAD}" WHEN NEW.position NOT IN (OLD.position, OLD.position + 1)',
            _FORWARD,
        ),
    ):
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{message}'); END"


def drop_statements(vendor: str) -> Iterator[str]:
    """The SQL that takes the triggers away: for those who may (and for tests of what is then found)."""
    for name in sorted(trigger_names(vendor)):
        table = HEAD if "head" in name else ENTRIES
        yield (
            f'DROP TRIGGER IF EXISTS {name} ON "{table}"'
            if vendor == "postgresql"
            else (f"DROP TRIGGER IF EXISTS {name}")
        )
