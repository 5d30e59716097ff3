"""manage.py usage_report: any report, on a terminal or into a file."""

from argparse import ArgumentParser
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError
from django.http import QueryDict
from django.utils import timezone
from rich.console import Console

from billing.reports.address import parse_query
from billing.reports.build import build_report
from billing.reports.errors import QueryError
from billing.reports.form_fields import is_id
from billing.reports.limits import dimension_names
from billing.reports.query import Dimension, UsageQuery
from billing.reports.render.csv import render_csv
from billing.reports.render.json import render_json
from billing.reports.render.table import render_table
from billing.reports.render.xlsx import render_xlsx
from billing.reports.report import Report
from core.commands import ReportingCommand, UsageError
from core.zones import default_zone, is_zone, local_day, zone_info
from projects.models import Project

_FILE_WIDTH = 200


class Command(ReportingCommand):
    help = "Usage and cost by one to three dimensions: the numbers of the report page."
    formats: ClassVar[tuple[str, ...]] = ("table", "csv", "json", "xlsx")

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--group-by",
            metavar="A[,B[,C]]",
            default="",
            help=f"One to three of {dimension_names()}. Default: provider,model.",
        )
        parser.add_argument(
            "--from", metavar="DAY", default="", help="First day. Default: the first of the month."
        )
        parser.add_argument("--to", metavar="DAY", default="", help="Last day, included. Default: today.")
        parser.add_argument(
            "--zone", default="", help="IANA zone of the days. Default: the installation's first."
        )
        parser.add_argument("--interval", default="", help="Split rows by hour, day, week or month.")
        parser.add_argument(
            "--filter",
            dest="filters",
            nargs="+",
            action="extend",
            default=[],
            metavar="DIMENSION=VALUE",
            help="Keep these alone; of one dimension, any of its values. A project by name or id, people and"
            " conversations by id, all others by name.",
        )
        parser.add_argument("--compare", action="store_true", help="Compare with the same weekdays before.")
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="Write here instead of to standard output."
        )

    def run(self, **options: Any) -> int:
        report = build_report(_query(options))
        if self.format == "xlsx":
            self._write_bytes(render_xlsx(report), options["output"])
        elif options["output"] is not None:
            _save(options["output"], self._text(report).encode())
        elif self.format == "table":
            self.print_result(None, render_table(report))
        else:
            self.stdout.write(self._text(report))
        return 0

    def _text(self, report: Report) -> str:
        if self.format == "csv":
            return "".join(render_csv(report))
        if self.format == "json":
            return render_json(report)
        target = StringIO()
        Console(file=target, width=_FILE_WIDTH).print(render_table(report))
        return target.getvalue()

    def _write_bytes(self, content: bytes, path: Path | None) -> None:
        if path is not None:
            _save(path, content)
            return
        binary = getattr(self.stdout, "buffer", None)
        if binary is None or self.stdout.isatty():
            raise UsageError("A workbook is not for a terminal: name a file with --output.")
        binary.write(content)


def _save(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"Cannot write {path}: {error.strerror}.") from error


def _query(options: dict[str, Any]) -> UsageQuery:
    params = QueryDict(mutable=True)
    for name in ("from", "to", "zone", "group_by", "interval"):
        params[name] = options[name]
    if options["compare"]:
        params["compare"] = "1"
    for text in options["filters"]:
        _add_filter(params, text)
    try:
        return parse_query(params, user=None, default_zone=default_zone(), today=_today(options["zone"]))
    except QueryError as error:
        raise UsageError("\n".join(error.messages.values())) from error


def _add_filter(params: QueryDict, text: str) -> None:
    name, is_pair, value = text.partition("=")
    if not is_pair:
        raise UsageError(f"“{text}” is not a filter, such as provider=openai.")
    if name not in list(Dimension):
        raise UsageError(f"“{name}” is not a dimension: choose from {dimension_names()}.")
    if name == Dimension.PROJECT and not is_id(value):
        project = Project.objects.filter(name=value).first()
        if project is None:
            raise UsageError(f"No such project: {value}.")
        value = str(project.pk)
    params.appendlist(name, value)


def _today(zone: str) -> date:
    return local_day(timezone.now(), zone_info(zone if is_zone(zone) else default_zone()))
