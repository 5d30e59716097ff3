"""manage.py rebuild_rollups: make the daily sums anew from the ledger, or prove that they agree with it."""

from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from typing import Any

from billing.ledger.rebuild import CheckResult, check_rollups, rebuild_rollups
from core.commands import ReportingCommand, UsageError
from core.zones import zone_info

_SHOWN = 20


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _days(number: int) -> str:
    return "day" if number == 1 else "days"


class Command(ReportingCommand):
    help = "Rebuild the daily rollups from the ledger, or compare them with it (--check)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--zone", action="append", help="IANA zone; repeatable. Default: all kept zones.")
        parser.add_argument(
            "--from", dest="first_day", type=_day, metavar="DAY", help="First day, such as 2026-11-01."
        )
        parser.add_argument("--to", dest="last_day", type=_day, metavar="DAY", help="Last day, included.")
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; exit status 1 when a sum differs."
        )

    def run(self, **options: Any) -> int:
        span = {"zones": options["zone"], "first_day": options["first_day"], "last_day": options["last_day"]}
        for zone in options["zone"] or ():
            try:
                zone_info(zone)
            except ValueError as error:
                raise UsageError(str(error)) from error
        if options["check"]:
            return self._report(check_rollups(**span))
        days = rebuild_rollups(**span)
        self.print_result({"days": days}, f"Rebuilt {days:,} {_days(days)}.")
        return 0

    def _report(self, result: CheckResult) -> int:
        drifts = [{**asdict(drift), "day": drift.day.isoformat()} for drift in result.drifts]
        lines = [
            f"{drift.rung} {drift.zone} {drift.day} {' '.join(drift.key)}: {drift.measure} is {drift.rollup},"
            f" the ledger says {drift.ledger}"
            for drift in result.drifts[:_SHOWN]
        ]
        if len(result.drifts) > _SHOWN:
            lines.append(f"… and {len(result.drifts) - _SHOWN:,} more")
        zones = ", ".join(result.zones) or "no zone"
        lines.append(f"Compared {result.days:,} {_days(result.days)} of {zones}: drift {len(result.drifts)}.")
        self.print_result(
            {"zones": list(result.zones), "days": result.days, "drift": len(drifts), "drifts": drifts},
            "\n".join(lines),
        )
        return 1 if drifts else 0
