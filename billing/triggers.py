"""Rules of the ledger that no constraint can state, held by triggers on both engines.

They are laid again after every migrate: SQLite drops a table's triggers when Django remakes the table.
"""

from typing import Any

from django.db import connections

from accounts.models.person import ERASED_NAME
from billing.models import TokenUsage

_MUTABLE = frozenset(
    {
        "conversation_id",
        "message_id",
        "agent_id",
        "agent_run_id",
        "job_id",
        "superseded_by_id",
        "superseded_as",
        "counts_apart",
    }
)
"""What may change in a row: links to content that was deleted, and which row counts in its place."""

_LABEL = "person_label"
"""May change in one way and once: to what erased people are called. No other word of a row goes."""

_MESSAGE = "The ledger is append-only: only links to deleted content and the successor may change."


def install_triggers(using: str, **kwargs: Any) -> None:
    """A `post_migrate` receiver: makes the triggers that are missing."""
    connection = connections[using]
    table = TokenUsage._meta.db_table
    if table not in connection.introspection.table_names():
        return
    frozen = ", ".join(
        f'"{field.column}"'
        for field in TokenUsage._meta.concrete_fields
        if field.column not in _MUTABLE | {_LABEL} and not field.generated
    )
    is_no_erasure = f'OLD."{_LABEL}" <> NEW."{_LABEL}" AND NEW."{_LABEL}" <> \'{ERASED_NAME}\''
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
                f" BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';"
                " END $$"
            )
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER ledger_is_append_only BEFORE UPDATE OF {frozen} ON "{table}"'
                " FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()"
            )
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER ledger_label_is_erased BEFORE UPDATE OF {_LABEL} ON "{table}"'
                f" FOR EACH ROW WHEN ({is_no_erasure}) EXECUTE FUNCTION ledger_is_append_only()"
            )
        elif connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS ledger_is_append_only")
            cursor.execute(
                f'CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OF {frozen} ON "{table}"'
                f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            )
            # REPLACE changes a row without an update, and no trigger of deletions hears of what it met.
            cursor.execute("DROP TRIGGER IF EXISTS ledger_rows_stay_unreplaced")
            cursor.execute(
                f'CREATE TRIGGER ledger_rows_stay_unreplaced BEFORE INSERT ON "{table}"'
                f" WHEN EXISTS (SELECT 1 FROM \"{table}\" WHERE id = NEW.id) OR NEW.superseded_as <> 'fuller'"
                f' AND EXISTS (SELECT 1 FROM "{table}" WHERE project_id = NEW.project_id'
                " AND dedup_key = NEW.dedup_key AND NOT (superseded_as = 'fuller'))"
                f" BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            )
            cursor.execute("DROP TRIGGER IF EXISTS ledger_label_is_erased")
            cursor.execute(
                f'CREATE TRIGGER ledger_label_is_erased BEFORE UPDATE OF {_LABEL} ON "{table}"'
                f" WHEN {is_no_erasure} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            )
