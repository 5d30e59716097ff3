"""Mending what can be mended without losing a row: a copy first, row counts before and after."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import DatabaseError, connection, models

from core.backups.copies import Backup, make_backup, restore
from core.backups.errors import BackupError
from core.health.findings import Finding, Report, Severity
from core.health.registry import APP_CHECKS, GUARDS
from core.health.schema import missing_parts, missing_triggers
from core.tables import row_counts


class RepairRefusedError(Exception):
    """Mending would lose rows, or cannot begin. The message says what to do instead."""


@dataclass(slots=True)
class Repair:
    """What was done, and what was left because it would have cost a row."""

    backup: Backup
    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"backup": str(self.backup.path), "done": self.done, "left": self.left}


def repair(report: Report) -> Repair:
    """Mend what `report` found. Raises RepairRefusedError; the database is then as it was before."""
    if unopened := [finding for finding in report.findings if finding.check == "file"]:
        raise RepairRefusedError(f"{unopened[0].message} Nothing here can mend that. {unopened[0].advice}")
    try:
        backup = make_backup(allow_raw=True)
    except BackupError as error:
        raise RepairRefusedError(f"There is no backup, so nothing was touched: {error}") from error
    before = _counted(backup)
    work = Repair(backup)
    try:
        _mend(report, work)
        after = row_counts()
    except DatabaseError as error:
        _put_back(backup, f"mending failed ({_words(error)})")
    lost = {table: rows - after.get(table, 0) for table, rows in before.items() if after.get(table, 0) < rows}
    if lost:
        table, rows = next(iter(lost.items()))
        _put_back(backup, f"mending would have lost {rows:,} rows of {table}")
    return work


def _counted(backup: Backup) -> dict[str, int]:
    try:
        return row_counts()
    except DatabaseError as error:
        connection.close()
        raise RepairRefusedError(
            f"Not every row can be read ({_words(error)}), so mending would lose some. What is"
            f" there was kept in {backup.path}. Restore the last good backup: manage.py restore_db PATH."
        ) from error


def _put_back(backup: Backup, why: str) -> None:
    connection.close()
    if not backup.is_raw:
        restore(backup.path)
    raise RepairRefusedError(
        f"Nothing was kept: {why}. The database is as it was before; a copy is in {backup.path}."
        if not backup.is_raw
        else f"Stopped: {why}. The damaged file as it was is kept in {backup.path}."
    )


_NOT_MENDED = frozenset({"foreign_keys", "project_scope", "migrations"})


def _mend(report: Report, work: Repair) -> None:
    work.left += [
        f"{finding.subject}: {finding.message} {finding.advice}".strip()
        for finding in report.faults
        if finding.check in _NOT_MENDED
        or (finding.check == "schema" and finding.severity == Severity.CRITICAL)
    ]
    found = {finding.check for finding in report.faults}
    if connection.vendor == "sqlite":
        if "integrity" in found:
            _mend_sqlite(work)
    else:
        _mend_postgresql(report, work)
    _make_parts(work)
    if missing := missing_triggers():
        for guard in GUARDS:
            guard.install(connection.alias)
        work.done.append(f"Laid {len(missing)} triggers: {', '.join(sorted(missing))}.")
    for check in APP_CHECKS:
        if check.name in found and check.mend is not None:
            check.mend()
            work.done.append(f"Made anew what the check “{check.name}” compares.")


def _mend_sqlite(work: Repair) -> None:
    with connection.cursor() as cursor:
        cursor.execute("REINDEX")
        cursor.execute("PRAGMA integrity_check(1)")
        if cursor.fetchone()[0] == "ok":
            work.done.append("Made all indexes anew.")
            return
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA integrity_check(1)")
        if (problem := cursor.fetchone()[0]) != "ok":
            raise DatabaseError(problem)
    work.done.append("Wrote the whole file anew.")


def _mend_postgresql(report: Report, work: Repair) -> None:
    quote = connection.ops.quote_name
    for finding in report.faults:
        if finding.check in {"indexes", "integrity"} and finding.subject != "database":
            with connection.cursor() as cursor:
                cursor.execute(f"REINDEX INDEX {quote(finding.subject)}")
            work.done.append(f"Made the index {finding.subject} anew.")
        elif finding.check == "constraints":
            _try(work, f"the constraint {finding.subject}", partial(_validate, finding))


def _validate(finding: Finding) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = %s", [finding.subject]
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote(finding.subject)}")


def _make_parts(work: Repair) -> None:
    for model, part in list(missing_parts()):
        _try(work, part.name, partial(_make_part, model, part))


def _make_part(model: type[models.Model], part: Any) -> None:
    with connection.schema_editor() as editor:
        if isinstance(part, models.Index):
            editor.add_index(model, part)
        else:
            editor.add_constraint(model, part)


def _try(work: Repair, name: str, make: Callable[[], None]) -> None:
    """Make something that rows may forbid: then it is left, and nothing is taken from them."""
    try:
        make()
    except DatabaseError as error:
        work.left.append(f"{name}: rows break it ({_words(error)}).")
    else:
        work.done.append(f"Made {name}.")


def _words(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
