"""manage.py backup_db: a copy of the database, made while it is in use."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from core.backups.copies import make_backup
from core.backups.errors import BackupError
from core.commands import ReportingCommand


class Command(ReportingCommand):
    help = "Copy the database while it is in use; the copy counts only when it was checked."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--output", type=Path, metavar="PATH", help="The copy (default: in COUNTINGHOUSE_HOME/backups)."
        )

    def run(self, **options: Any) -> int:
        path: Path | None = options["output"]
        try:
            backup = make_backup(None if path is None else path.expanduser().resolve())
        except BackupError as error:
            self.stderr.write(str(error))
            return 1
        data = {"path": str(backup.path), "bytes": backup.size}
        self.print_result(data, f"Backup: {backup.path} ({backup.size:,} bytes).")
        return 0
