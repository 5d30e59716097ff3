"""manage.py reset_db: begin anew with an empty database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command

from core.backups.asking import is_meant
from core.backups.copies import make_backup, make_empty
from core.backups.errors import BackupError
from core.commands import ReportingCommand


class Command(ReportingCommand):
    help = "Empty the database, after backing it up; nothing happens when there is no backup."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def run(self, **options: Any) -> int:
        is_meant("emptied", is_confirmed=options["yes"])
        try:
            backup = make_backup(allow_raw=True)
            make_empty()
        except BackupError as error:
            self.stderr.write(f"{error} Nothing was emptied.")
            return 1
        call_command("migrate", verbosity=0)
        self.print_result(
            {"backup": str(backup.path)},
            "The database is empty, with all its tables.",
            f"What was there before is in {backup.path}: manage.py restore_db brings it back.",
        )
        return 0
