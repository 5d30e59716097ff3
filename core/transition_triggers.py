"""Triggers that refuse every step which a model's state machine does not allow, on both engines.

They are laid again after every migrate: SQLite drops a table's triggers when Django remakes the table.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections

from core.transitions import StatefulModel


def stateful_models() -> Iterator[type[StatefulModel]]:
    return (model for model in apps.get_models() if issubclass(model, StatefulModel))


def install_transition_triggers(using: str, **kwargs: Any) -> None:
    """A `post_migrate` receiver: lays the trigger of every stateful model whose table is there."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in stateful_models():
            if model._meta.db_table in tables:
                for statement in trigger_statements(model, connection.vendor):
                    cursor.execute(statement)


def trigger_statements(model: type[StatefulModel], vendor: str) -> Iterator[str]:
    """The SQL that lays the trigger of `model`. Names and states come from the code, never from users."""
    table = model._meta.db_table
    name = f"{table}_steps"
    allowed = " OR ".join(
        f"(OLD.status = '{state}' AND NEW.status = '{after}')" for state, after in model.machine.pairs
    )
    message = f"{model._meta.verbose_name}: this step is not allowed."
    if vendor == "postgresql":
        yield (
            f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN'
            f" IF OLD.status <> NEW.status AND NOT ({allowed}) THEN RAISE EXCEPTION '{message}'"
            " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        )
        yield (
            f'CREATE OR REPLACE TRIGGER "{name}" BEFORE UPDATE OF status ON "{table}"'
            f' FOR EACH ROW EXECUTE FUNCTION "{name}"()'
        )
    elif vendor == "sqlite":
        yield f'DROP TRIGGER IF EXISTS "{name}"'
        yield (
            f'CREATE TRIGGER "{name}" BEFORE UPDATE OF status ON "{table}"'
            f" WHEN OLD.status <> NEW.status AND NOT ({allowed})"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
