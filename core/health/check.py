"""The check of the whole database."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import DatabaseError, connection

from core.health.engine import index_findings, tree_findings
from core.health.findings import Finding, Report, Severity
from core.health.links import link_findings, project_findings
from core.health.registry import APP_CHECKS
from core.health.schema import migration_findings, schema_findings
from core.health.sizes import table_sizes
from core.health.sqlite_file import file_findings, integrity_findings
from core.tables import sqlite_path


def check_database(on_check: Callable[[str], None] | None = None) -> Report:
    """Run every check. One that fails is a finding; a damaged SQLite file ends the check there."""
    path = sqlite_path()
    report = Report(connection.vendor, path.name if path else str(connection.settings_dict["NAME"]))

    def run(name: str, find: Callable[[], Iterable[Finding]]) -> None:
        if on_check is not None:
            on_check(name)
        report.checks.append(name)
        try:
            report.findings.extend(find())
        except DatabaseError as error:
            connection.close()
            report.findings.append(_failed(name, error))

    if path is not None:
        run("file", lambda: file_findings(path))
        if report.status == "critical":
            return report
        run("integrity", lambda: integrity_findings(path))
        if report.status == "critical":
            # Nothing else can be relied on, and nothing may be written to what is damaged.
            return report
    elif connection.vendor == "postgresql":
        run("indexes", index_findings)
        run("integrity", tree_findings)
    run("migrations", migration_findings)
    run("schema", schema_findings)
    run("foreign_keys", link_findings)
    run("project_scope", project_findings)
    for check in APP_CHECKS:
        run(check.name, check.find)

    def sizes() -> tuple[Finding, ...]:
        report.tables = table_sizes()
        return ()

    run("sizes", sizes)
    return report


def _failed(name: str, error: Any) -> Finding:
    """A check that the database refused: damaged pages show up in any query."""
    words = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Finding(name, "database", f"The check could not be made: {words}.", Severity.CRITICAL)
