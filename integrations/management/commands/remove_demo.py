"""manage.py remove_demo: take the demo data away, and nothing else."""

from typing import Any

from core.commands import ReportingCommand
from integrations.demo.seeding import remove_demo


class Command(ReportingCommand):
    help = "Remove the demo projects with their calls, conversations, people and account; real data stays."

    def run(self, **options: Any) -> int:
        erased = remove_demo()
        self.print_result({"removed_calls": erased}, f"Removed the demo: {erased:,} model calls.")
        return 0
