"""manage.py import_system: bring the database of one of the five systems here."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from core.commands import ReportingCommand, UsageError
from core.encryption import can_encrypt
from core.zones import zone_info
from integrations.databases.errors import SourceDatabaseError
from integrations.management.options import record_import
from integrations.services.runs import SourceKindError
from integrations.services.systems.results import OUTCOMES, SystemResult
from integrations.services.systems.run import OnProgress, import_system
from integrations.systems.registry import SYSTEMS

_NAME_LENGTH = 100


class Command(ReportingCommand):
    help = "Import the database of one of the five systems: projects, people, conversations, jobs, usage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        systems = "; ".join(f"{kind}: {system.title}" for kind, system in sorted(SYSTEMS.items()))
        parser.add_argument("system", choices=sorted(SYSTEMS), help=f"{systems}.")
        parser.add_argument(
            "location", metavar="PATH-or-URL", help="A SQLite or DuckDB file, or a postgresql:// URL."
        )
        parser.add_argument(
            "--source-name",
            metavar="NAME",
            help="What this installation is called here (default: the system's short name). "
            "Give each of several installations its own.",
        )
        parser.add_argument(
            "--time-zone", metavar="ZONE", help="The zone of clocks that name none (default: UTC)."
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen; change nothing.")
        parser.add_argument(
            "--with-secrets",
            action="store_true",
            help="Take over API keys and tokens, encrypted with ENCRYPTION_KEYS. Else they are never read.",
        )

    def run(self, **options: Any) -> int:
        if options["with_secrets"] and not can_encrypt():
            raise UsageError("--with-secrets needs ENCRYPTION_KEYS (or ENCRYPTION_KEYS_FILE) to be set.")
        try:
            with _progress() as progress:
                result = import_system(
                    kind=options["system"],
                    location=options["location"],
                    source_name=_name(options["source_name"]),
                    time_zone=_zone(options["time_zone"]),
                    dry_run=options["dry_run"],
                    with_secrets=options["with_secrets"],
                    progress=progress,
                )
        except (SourceDatabaseError, SourceKindError) as error:
            raise UsageError(str(error)) from error
        counts = {name: table.read for name, table in result.tables.items()}
        record_import(options["system"], result.source, result.run_id, {"tables": counts})
        self.print_result(result.as_json(), _table(result), *_remarks(result))
        return 1 if result.has_faults else 0


def _name(given: str | None) -> str | None:
    if given is None:
        return None
    name = given.strip()
    if not name or len(name) > _NAME_LENGTH or not name.isprintable():
        raise UsageError(f"--source-name: give a name of 1 to {_NAME_LENGTH} printable characters.")
    return name


def _zone(given: str | None) -> ZoneInfo | None:
    if given is None:
        return None
    try:
        return zone_info(given)
    except ValueError as error:
        raise UsageError(f"--time-zone: {error}") from error


@contextmanager
def _progress() -> Iterator[OnProgress | None]:
    """A bar a table on a terminal's stderr; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        tasks: dict[str, Any] = {}

        def show(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = bar.add_task(table, total=total)
            bar.update(tasks[table], completed=done, total=total)

        yield show


def _table(result: SystemResult) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("Table")
    for name in ("read", *OUTCOMES):
        table.add_column(name.capitalize(), justify="right")
    for name, counts in result.tables.items():
        table.add_row(name, *(f"{getattr(counts, column):,}" for column in ("read", *OUTCOMES)))
    return table


def _remarks(result: SystemResult) -> list[str]:
    remarks = [
        f"Rejected from {name}: {reason} ({rows:,})."
        for name, counts in result.tables.items()
        for reason, rows in sorted(counts.reasons.items())
    ]
    remarks += [
        f"Imported, but not booked in the ledger: {reason} ({rows:,})."
        for reason, rows in sorted(result.ledger_rejected.items())
    ]
    if result.unknown_tables:
        listed = ", ".join(f"{name} ({rows:,})" for name, rows in result.unknown_tables.items())
        remarks.append(f"Tables without a mapping: {listed}.")
    if result.missing_tables:
        remarks.append(f"Tables that this database lacks: {', '.join(result.missing_tables)}.")
    for words, columns in (("lacks", result.missing_columns), ("has besides, kept", result.extra_columns)):
        remarks += [f"{table} {words}: {', '.join(names)}." for table, names in columns.items()]
    if result.awkward:
        listed = ", ".join(
            f"{kind.replace('_', ' ')} {rows:,}" for kind, rows in sorted(result.awkward.items())
        )
        remarks.append(f"Awkward values: {listed}.")
    if result.is_dry_run:
        remarks.append("Nothing was changed (dry run).")
    return remarks
