"""manage.py seed_demo: believable data over the last months, and an account to look at it with."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from core.commands import ReportingCommand, UsageError
from integrations.demo.seeding import NameTakenError, seed_demo

MAX_DAYS = 730


class Command(ReportingCommand):
    help = "Make demo data and a demo account; a second run adds what is new since and sets a new password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--days", type=int, default=120, help="How many days back (default: 120).")
        parser.add_argument(
            "--seed", type=int, default=1, help="Another number gives other data (default: 1)."
        )
        parser.add_argument("--password", help="The demo account's password (default: a random one).")

    def run(self, **options: Any) -> int:
        days, seed = options["days"], options["seed"]
        if not 1 <= days <= MAX_DAYS:
            raise UsageError(f"--days must be between 1 and {MAX_DAYS}.")
        try:
            seeded = seed_demo(days=days, seed=seed, password=options["password"])
        except NameTakenError as error:
            raise UsageError(str(error)) from error
        self.print_result(
            asdict(seeded),
            f"Demo data: {seeded.calls:,} model calls ({seeded.created:,} new),"
            f" {seeded.conversations} conversations, {seeded.projects} projects.\n"
            f"Sign in as   {seeded.email}\n"
            f"Password     {seeded.password}\n"
            "This account is for the demo alone; remove_demo takes it away.",
        )
        return 0
