"""manage.py verify_audit: is the audit log whole?"""

import re
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from accounts.audit.verify import verify_chain
from core.commands import ReportingCommand, UsageError

_NOTED = re.compile(r"(?P<position>\d{1,18}):(?P<hash>[0-9a-f]{64})")


class Command(ReportingCommand):
    help = "Check that no entry of the audit log was changed, added or taken away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--noted",
            metavar="POSITION:HASH",
            help="The end of the log as an earlier run printed it; it must still stand there.",
        )
        parser.add_argument(
            "--from", dest="start", type=int, default=1, metavar="N", help="The first entry to check (1)."
        )

    def run(self, **options: Any) -> int:
        if options["start"] < 1:
            raise UsageError("--from: the first entry is number 1.")
        noted = _noted(options["noted"])
        if noted and noted[0] < options["start"]:
            raise UsageError("--from: begin no later than the entry that was noted.")
        found = verify_chain(start=options["start"], noted=noted)
        data = {
            "ok": not found.faults,
            "checked": found.checked,
            "head": found.head,
            "faults": [asdict(fault) for fault in found.faults],
            "more": found.more,
        }
        lines = [f"Entry {fault.position:,}: {fault.message}" for fault in found.faults]
        if found.more:
            lines.append(f"… and {found.more:,} more.")
        verdict = "The audit log is whole." if not found.faults else "The audit log is NOT whole."
        end = f"{found.checked:,} entries checked. Note down its end: {found.head}"
        self.print_result(data, *lines, verdict, end)
        return 1 if found.faults else 0


def _noted(text: str | None) -> tuple[int, str] | None:
    if not text:
        return None
    match = _NOTED.fullmatch(text)
    if match is None:
        raise UsageError("--noted takes POSITION:HASH, as an earlier run printed it.")
    return int(match["position"]), match["hash"]
