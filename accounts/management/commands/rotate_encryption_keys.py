"""manage.py rotate_encryption_keys: encrypt every stored secret with the newest key."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from rich.table import Table

from accounts.audit.record import record
from accounts.models.audit import AuditAction
from core.commands import ReportingCommand, UsageError
from core.encryption import NoKeyError
from core.rotation import Counts, rotate


class Command(ReportingCommand):
    help = "Encrypt every stored secret with the first of ENCRYPTION_KEYS; the site may go on working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--check", action="store_true", help="Only say what still needs an older key, or no key opens."
        )
        parser.add_argument(
            "--batch-size", type=int, default=200, help="Secrets a transaction (default: 200)."
        )

    def run(self, **options: Any) -> int:
        if options["batch_size"] < 1:
            raise UsageError("--batch-size is at least 1.")
        try:
            found = rotate(check=options["check"], batch_size=options["batch_size"])
        except NoKeyError as error:
            raise UsageError(str(error)) from error
        turned = {name: counts.rotated for name, counts in found.items() if counts.rotated}
        if turned:
            record(AuditAction.ROTATED, label="encryption keys", detail=turned)
        left = sum(counts.outdated + counts.unreadable for counts in found.values())
        self.print_result(
            {name: asdict(counts) for name, counts in found.items()}, _table(found), _said(found)
        )
        return 1 if left else 0


def _table(found: dict[str, Counts]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("Secret")
    for title in ("Rotated", "Current", "Outdated", "Unreadable"):
        table.add_column(title, justify="right")
    for name, counts in found.items():
        numbers = (counts.rotated, counts.current, counts.outdated, counts.unreadable)
        table.add_row(name, *(f"{number:,}" for number in numbers))
    return table


def _said(found: dict[str, Counts]) -> str:
    if unreadable := sum(counts.unreadable for counts in found.values()):
        return f"{unreadable:,} secrets are opened by no key of ENCRYPTION_KEYS: they stay as they are."
    if any(counts.outdated for counts in found.values()):
        return "Some secrets still need an older key: run it without --check."
    return "All secrets have the newest key: older ones may leave ENCRYPTION_KEYS."
