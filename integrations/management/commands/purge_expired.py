"""manage.py purge_expired: what is kept no longer."""

import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from core.commands import ReportingCommand, UsageError
from integrations.services.retention.purge import BATCH, PAUSE_S, purge
from projects.models import Project

_MOST = 5_000


class Command(ReportingCommand):
    help = (
        "Remove words, files and raw records that projects keep no longer, and what lay in the bin too long."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--project", metavar="NAME", help="Only this project (default: all).")
        parser.add_argument("--dry-run", action="store_true", help="Count what would go, and change nothing.")
        parser.add_argument(
            "--batch-size",
            type=int,
            default=BATCH,
            metavar="N",
            help=f"Rows a transaction at most, up to {_MOST:,} (default: {BATCH}).",
        )
        parser.add_argument(
            "--pause",
            type=float,
            default=PAUSE_S,
            metavar="SECONDS",
            help=f"Between two batches at least, for other writers (default: {PAUSE_S}).",
        )

    def run(self, **options: Any) -> int:
        if not 1 <= options["batch_size"] <= _MOST:
            raise UsageError(f"--batch-size: from 1 to {_MOST:,}.")
        if not 0 <= options["pause"] <= 60:
            raise UsageError("--pause: from 0 to 60 seconds.")
        is_dry_run = options["dry_run"]
        found = purge(
            projects=_projects(options["project"]),
            batch_size=options["batch_size"],
            pause_s=options["pause"],
            is_dry_run=is_dry_run,
            tell=self._tell,
        )
        total: Counter[str] = sum((purged.rows for purged in found), Counter())
        data = {
            "dry_run": is_dry_run,
            "projects": [
                {
                    "project": purged.project.name,
                    "id": str(purged.project.pk),
                    "rows": dict(sorted(purged.rows.items())),
                }
                for purged in found
            ],
            "rows": dict(sorted(total.items())),
        }
        verb = "Would remove" if is_dry_run else "Removed"
        lines = [
            f"{purged.project.name}: "
            + ", ".join(f"{number:,} {table}" for table, number in sorted(purged.rows.items()))
            for purged in found
        ]
        end = f"{verb} what {total.total():,} rows held; spend stays." if total else "Nothing is due."
        self.print_result(data, *lines, end)
        return 0

    def _tell(self, project: Project, table: str, number: int) -> None:
        if self.format == "human" and sys.stderr.isatty():
            self.stderr.write(f"{project.name}: {table} {number:,}")


def _projects(name: str | None) -> list[Project] | None:
    if name is None:
        return None
    project = Project.objects.filter(name=name).first()
    if project is None:
        raise UsageError(f"--project: there is no project “{name}”.")
    return [project]
