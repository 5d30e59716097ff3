"""manage.py check_db: is the database sound, and can it be mended?"""

from argparse import ArgumentParser
from typing import Any

from rich.table import Table

from core.commands import ReportingCommand
from core.health.check import check_database
from core.health.findings import Report
from core.health.repair import Repair, RepairRefusedError, repair

_SHOWN_TABLES = 15
_WORDS = {
    "healthy": "The database is healthy.",
    "degraded": "The database is degraded: all rows can be read, but not every rule is held.",
    "critical": "The database is damaged.",
}


class Command(ReportingCommand):
    help = "Check files, indexes, links, schema and rollups; with --repair mend what costs no row."
    # A damaged file is a diagnosis here, not an obstacle before it.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--repair",
            action="store_true",
            help="Back up, then mend what can be mended without losing a row; refuse the rest.",
        )

    def run(self, **options: Any) -> int:
        report = check_database()
        work: Repair | None = None
        if options["repair"] and report.faults:
            try:
                work = repair(report)
            except RepairRefusedError as error:
                self.print_result({**report.as_json(), "refused": str(error)}, *_human(report), str(error))
                return 1
            report = check_database()
        data = report.as_json() if work is None else {**report.as_json(), "repair": work.as_json()}
        self.print_result(data, *_human(report), *(_mended(work) if work else ()))
        return 1 if report.faults else 0


def _human(report: Report) -> list[Any]:
    parts: list[Any] = [f"{report.database} ({report.engine}): checked {', '.join(report.checks)}."]
    for finding in report.findings:
        line = f"{finding.severity.value.upper()}  {finding.check}: {finding.subject}: {finding.message}"
        parts.append(f"{line} {finding.advice}".rstrip())
    if report.tables:
        parts.append(_sizes(report))
    parts.append(_WORDS[report.status])
    return parts


def _sizes(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("Table")
    for name in ("Rows", "Table, KiB", "Indexes, KiB"):
        table.add_column(name, justify="right")
    for size in report.tables[:_SHOWN_TABLES]:
        table.add_row(size.table, f"{size.rows:,}", _kib(size.table_bytes), _kib(size.index_bytes))
    if rest := len(report.tables) - _SHOWN_TABLES:
        table.add_row(f"… and {max(rest, 0)} more", "", "", "")
    return table


def _kib(size: int | None) -> str:
    return "unknown" if size is None else f"{size / 1024:,.0f}"


def _mended(work: Repair) -> list[str]:
    return [f"Backup: {work.backup.path}", *work.done, *(f"Left: {line}" for line in work.left)]
