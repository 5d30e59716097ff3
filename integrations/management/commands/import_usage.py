"""manage.py import_usage: book the usage that tools wrote to files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.table import Table

from core.commands import ReportingCommand, UsageError
from integrations.formats import FORMATS
from integrations.management.options import given_name, progress_bar, record_import
from integrations.models import Source
from integrations.services.results import ImportResult
from integrations.services.runs import SourceKindError
from integrations.services.usage_import import OnProgress, import_usage
from integrations.services.vendor_reports import import_vendor_report
from integrations.sources.files import NothingToReadError
from integrations.vendor_reports.registry import REPORTS
from projects.models import Project

_SHOWN = 20


class Command(ReportingCommand):
    help = "Import usage from files: coding agents' transcripts, gateway logs, CSV, vendor reports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("source", choices=sorted({*FORMATS, *REPORTS}), help="What wrote the files.")
        parser.add_argument(
            "paths",
            nargs="*",
            type=Path,
            metavar="PATH",
            help="Files and folders. Default: where a coding agent keeps them (~/.claude/projects, …).",
        )
        parser.add_argument("--project", metavar="NAME", help="Book all in this project; a new one is made.")
        parser.add_argument("--source-name", metavar="NAME", help="The name of the source (default: format).")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen; change nothing.")

    def run(self, **options: Any) -> int:
        try:
            with progress_bar() as progress:
                result = _import(options, progress)
        except (NothingToReadError, SourceKindError) as error:
            raise UsageError(str(error)) from error
        counts = result.counts.as_dict()
        record_import(options["source"], options["source_name"], result.run_id, counts)
        self.print_result(result.as_json(), _table(result), *_remarks(result))
        return 1 if result.counts.rejected else 0


def _import(options: dict[str, Any], progress: OnProgress | None) -> ImportResult:
    kind, paths = options["source"], [path.expanduser() for path in options["paths"]]
    project = given_name(options["project"], "--project", Project)
    source = given_name(options["source_name"], "--source-name", Source)
    dry_run = options["dry_run"]
    if kind in REPORTS and project is not None:
        raise UsageError(f"--project: {kind} is compared with the ledger, and booked in no project.")
    if kind in REPORTS:
        return import_vendor_report(
            kind=kind, paths=paths, source_name=source, dry_run=dry_run, progress=progress
        )
    return import_usage(
        source_kind=kind,
        paths=paths,
        project_name=project,
        source_name=source,
        dry_run=dry_run,
        progress=progress,
    )


def _table(result: ImportResult) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for name, number in result.counts.as_dict().items():
        table.add_row(name.capitalize(), f"{number:,}")
    return table


def _remarks(result: ImportResult) -> list[str]:
    remarks = [f"No calls, left out: {what} ({number:,})." for what, number in sorted(result.ignored.items())]
    remarks += result.notices
    remarks += [f"Rejected {entry.record}: {entry.reason}" for entry in result.rejections[:_SHOWN]]
    if result.counts.rejected > _SHOWN:
        kept = "" if result.is_dry_run else "; all are kept with the import"
        remarks.append(f"… and {result.counts.rejected - _SHOWN:,} more rejections{kept}.")
    if result.is_dry_run:
        remarks.append("Nothing was changed (dry run).")
    return remarks
