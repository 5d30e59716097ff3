"""manage.py import_conversations: keep the conversations that chat applications export."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rich.table import Table

from core.commands import ReportingCommand, UsageError
from integrations.conversations.formats import CONVERSATION_FORMATS
from integrations.management.options import given_name, progress_bar, record_import
from integrations.models import Source
from integrations.services.conversation_import import import_conversations
from integrations.services.conversation_results import ConversationImportResult
from integrations.services.runs import SourceKindError
from integrations.sources.files import NothingToReadError
from projects.models import Project

_SHOWN = 20


class Command(ReportingCommand):
    help = "Import the conversations that chat applications export. Archives are read as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("source", choices=sorted(CONVERSATION_FORMATS), help="What wrote the export.")
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="Folders, ZIP archives and JSON files."
        )
        parser.add_argument("--project", metavar="NAME", help="Keep all in this project; a new one is made.")
        parser.add_argument("--source-name", metavar="NAME", help="The name of the source (default: format).")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen; change nothing.")

    def run(self, **options: Any) -> int:
        try:
            with progress_bar() as progress:
                result = import_conversations(
                    source_kind=options["source"],
                    paths=[path.expanduser() for path in options["paths"]],
                    project_name=given_name(options["project"], "--project", Project),
                    source_name=given_name(options["source_name"], "--source-name", Source),
                    dry_run=options["dry_run"],
                    progress=progress,
                )
        except (NothingToReadError, SourceKindError) as error:
            raise UsageError(str(error)) from error
        counts = result.counts.as_dict()
        record_import(options["source"], options["source_name"], result.run_id, counts)
        self.print_result(result.as_json(), _table(result), *_remarks(result))
        return 1 if result.rejections else 0


def _table(result: ConversationImportResult) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for name, number in result.counts.as_dict().items():
        table.add_row(name.capitalize(), f"{number:,}")
    return table


def _remarks(result: ConversationImportResult) -> list[str]:
    messages, calls = result.messages, result.calls
    remarks = [
        f"Messages: {messages['created']:,} created, {messages['updated']:,} updated, "
        f"{messages['unchanged']:,} unchanged; {messages['branches']:,} branches beside the path to read."
    ]
    if any(calls.values()):
        remarks.append(
            f"Model calls: {calls['created']:,} booked, {calls['unchanged'] + calls['duplicates']:,} known."
        )
    if messages["gone"]:
        remarks.append(f"{messages['gone']:,} messages are no longer in the export; they stay here.")
    remarks += [f"Left out: {what} ({number:,})." for what, number in sorted(result.left_out.items())]
    remarks += [f"{number:,} conversations {what}." for what, number in sorted(result.stayed.items())]
    remarks += result.notices
    remarks += [f"Rejected {entry.record}: {entry.reason}" for entry in result.rejections[:_SHOWN]]
    if len(result.rejections) > _SHOWN:
        kept = "" if result.is_dry_run else "; all are kept with the import"
        remarks.append(f"… and more{kept}.")
    if result.is_dry_run:
        remarks.append("Nothing was changed (dry run).")
    return remarks
