"""manage.py reconcile_usage: the ledger beside providers' own reports."""

from argparse import ArgumentParser
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from rich.table import Table

from billing.reports.reconciliation import MEASURES, Pair, Reconciliation, reconcile, reported_providers
from billing.reports.render.reconciliation import reconciliations_json
from core.commands import ReportingCommand, UsageError
from core.days import EARLIEST, LATEST
from core.numbers import count_text, money_text, percent_text
from core.providers import provider_label

_SHOWN = 50
_MOST_DAYS = 3_660


class Command(ReportingCommand):
    help = "Compare the ledger with providers' own usage and cost reports, by UTC day and model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--provider", default="", help="One provider. Default: all whose reports are here."
        )
        parser.add_argument(
            "--from", metavar="DAY", default="", help="First day. Default: the reports' first."
        )
        parser.add_argument(
            "--to", metavar="DAY", default="", help="Last day, included. Default: the last reported."
        )
        parser.add_argument(
            "--tolerance",
            metavar="PERCENT",
            default="1",
            help="Per cent of the provider's figure; more is wrong: exit status 1 (default: 1).",
        )

    def run(self, **options: Any) -> int:
        tolerance = _tolerance(options["tolerance"])
        first, last = _day(options["from"], "--from"), _day(options["to"], "--to")
        reported = [one for one in reported_providers(None) if options["provider"] in ("", one.provider)]
        if not reported:
            named = f" of {options['provider']}" if options["provider"] else ""
            raise UsageError(
                f"No report{named} was loaded. See import_usage --help: openai-usage and others."
            )
        answers = []
        for one in reported:
            start, end = first or one.first_day, last or one.last_day
            if not 0 <= (end - start).days < _MOST_DAYS:
                if options["provider"] or (first and last):
                    raise UsageError(f"From {start} to {end} are not 1 to {_MOST_DAYS:,} days.")
                continue
            answers.append(reconcile(one.provider, start, end, tolerance=tolerance))
        parts = [part for answer in answers for part in _human(answer)]
        self.print_result(reconciliations_json(answers), *(parts or ["No report tells of these days."]))
        is_well = any(answer.lines for answer in answers) and all(
            answer.is_within_tolerance for answer in answers
        )
        return 0 if is_well else 1


def _tolerance(text: str) -> Decimal:
    try:
        tolerance = Decimal(text.strip().removesuffix("%").strip()) / 100
    except InvalidOperation:
        tolerance = Decimal(-1)
    if not tolerance.is_finite() or not 0 <= tolerance <= 100:
        raise UsageError(f"--tolerance: “{text}” is not a percentage, such as 1 or 0.5.")
    return tolerance


def _day(text: str, option: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{option}: “{text}” is not a day, such as 2026-11-01.") from None
    if day is not None and not EARLIEST <= day <= LATEST:
        raise UsageError(f"{option}: {day} is too far away.")
    return day


def _human(answer: Reconciliation) -> list[Any]:
    table = Table(title=f"{provider_label(answer.provider)}, {answer.first_day} to {answer.last_day}")
    for head in ("", "Ledger", "Provider", "Difference", "%"):
        table.add_column(head, justify="right" if head else "left")
    for name in MEASURES:
        pair = answer.total.pairs[name]
        label = name.replace("_", " ").capitalize()
        table.add_row(
            label, *(_text(value, name) for value in (pair.ledger, pair.provider)), *_gap(pair, name)
        )
    parts: list[Any] = [table]
    for line in answer.exceeding[:_SHOWN]:
        differing = ", ".join(
            f"{name.replace('_', ' ')} {_text(pair.ledger, name)} against {_text(pair.provider, name)}"
            for name in line.exceeding(answer.tolerance)
            if (pair := line.pairs[name])
        )
        parts.append(f"{line.day} {line.model or line.item or '(no model)'}: {differing}")
    if len(answer.exceeding) > _SHOWN:
        parts.append(f"… and {len(answer.exceeding) - _SHOWN:,} more lines.")
    parts += answer.unused
    if answer.unreported:
        parts.append(f"Days that no report tells of, left out: {len(answer.unreported):,}.")
    said = "No line differs" if answer.is_within_tolerance else f"{len(answer.exceeding):,} lines differ"
    parts.append(f"{said} by more than {percent_text(answer.tolerance, 2)} of {len(answer.lines):,}.")
    return parts


def _text(value: Any, name: str) -> str:
    if value is None:
        return "–"
    return money_text(value, 6) if name == "cost" else count_text(value)


def _gap(pair: Pair, name: str) -> tuple[str, str]:
    fraction = "–" if pair.fraction is None else percent_text(pair.fraction, 2, signed=True)
    return _text(pair.difference, name), fraction
