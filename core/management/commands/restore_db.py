"""manage.py restore_db: make the database what a backup is."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from core.backups.asking import is_meant
from core.backups.copies import check_backup, make_backup, restore
from core.backups.errors import BackupError
from core.commands import ReportingCommand


class Command(ReportingCommand):
    help = "Put a backup in the place of the present database, which is backed up first."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", type=Path, metavar="PATH", help="The backup.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def run(self, **options: Any) -> int:
        path: Path = options["path"].expanduser().resolve()
        try:
            check_backup(path)
            is_meant("replaced by the backup", is_confirmed=options["yes"])
            present = make_backup(allow_raw=True)
            try:
                counts = restore(path)
            except BackupError as error:
                if not present.is_raw:
                    restore(present.path)
                kept = f"The database is as it was; a copy is in {present.path}."
                raise BackupError(f"{error} {kept}") from error
        except BackupError as error:
            self.stderr.write(str(error))
            return 1
        rows = sum(counts.values())
        data = {"restored": str(path), "rows": rows, "backup_of_before": str(present.path)}
        self.print_result(
            data,
            f"Restored {path.name}: {rows:,} rows in {len(counts)} tables.",
            f"What was there before is in {present.path}.",
            "Run manage.py migrate if the backup is of an older version.",
        )
        return 0
