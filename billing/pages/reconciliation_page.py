"""The page that sets the ledger beside providers' own reports."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.http import QueryDict

from accounts.models import User
from billing.pages.wording import days_text, enumeration
from billing.reports.reconciliation import (
    MEASURES,
    Line,
    Pair,
    Reconciliation,
    Reported,
    reconcile,
    reported_providers,
)
from core.days import EARLIEST, LATEST
from core.markup import NOT_APPLICABLE, ZERO
from core.numbers import count_text, money_text, percent_text
from core.providers import provider_label
from core.templatetags import format as figures

LINES_SHOWN = 1_000
MOST_DAYS = 366
_HEADS = ("Requests", "Input", "Cache read", "Cache written", "Output", "Cost, USD")
_SIDES = {"ledger": "only in the ledger", "provider": "only in the report"}


@dataclass(frozen=True, slots=True)
class Cell:
    """The ledger's figure above the provider's; `change` in per cent where they differ."""

    ledger: str
    provider: str
    change: str
    is_above: bool


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    note: str
    cells: tuple[Cell, ...]
    difference: str
    unpriced: int
    is_part_priced: bool
    is_above: bool
    swatch: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    row: Row
    lines: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Kpi:
    label: str
    value: str
    note: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ReconciliationPage:
    """`answer` is None where no report was loaded yet."""

    answer: Reconciliation | None
    period: str
    faults: tuple[str, ...]
    providers: tuple[Choice, ...]
    heads: tuple[str, ...] = _HEADS
    days: tuple[Day, ...] = ()
    total: Row | None = None
    kpis: tuple[Kpi, ...] = ()
    notes: tuple[str, ...] = ()
    csv_url: str = ""
    json_url: str = ""
    lines_shown: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What an address asks; `provider` is empty where no report was loaded. `errors` by parameter."""

    reported: tuple[Reported, ...]
    provider: str
    first_day: date
    last_day: date
    errors: dict[str, str]


def default_days(reported: Reported) -> tuple[date, date]:
    """The month of the last reported day, up to it."""
    return max(reported.first_day, reported.last_day.replace(day=1)), reported.last_day


def read_question(params: QueryDict, user: User) -> Question:
    """What makes no sense is told, and stands for the newest report's month, as what is not given does."""
    reported = reported_providers(user)
    if not reported:
        return Question((), "", date.min, date.min, {})
    errors = {}
    wanted = params.get("provider", "")
    chosen = next((one for one in reported if one.provider == wanted), reported[0])
    if wanted and chosen.provider != wanted:
        errors["provider"] = f"No report of “{wanted[:64]}” was loaded."
    first, last = default_days(chosen)
    days = {"from": first, "to": last}
    for name in days:
        try:
            days[name] = date.fromisoformat(str(params[name])) if params.get(name) else days[name]
        except ValueError:
            errors[name] = f"“{params[name][:40]}” is not a day, such as {last.isoformat()}."
    if params.get("to") and not params.get("from") and "to" not in errors:
        days["from"] = days["to"].replace(day=1)
    elif params.get("from") and not params.get("to"):
        days["to"] = max(days["from"], days["to"])
    if not errors.keys() & days.keys() and not 0 <= (days["to"] - days["from"]).days < MOST_DAYS:
        errors["from"] = f"From {days['from']} to {days['to']} are not 1 to {MOST_DAYS} days."
    if errors.keys() & days.keys():
        days = {"from": first, "to": last}
    # Neighbours of the calendar's ends have no day before or after them.
    if not EARLIEST <= days["from"] <= days["to"] <= LATEST:
        errors["from"] = f"No days lie from {days['from']} to {days['to']}."
        days = {"from": first, "to": last}
    return Question(reported, chosen.provider, days["from"], days["to"], errors)


def answer_of(question: Question, user: User) -> Reconciliation:
    return reconcile(question.provider, question.first_day, question.last_day, user=user)


def reconciliation_page(params: QueryDict, user: User) -> ReconciliationPage:
    question = read_question(params, user)
    faults = tuple(question.errors.values())
    if not question.provider:
        return ReconciliationPage(None, "", faults, ())
    answer = answer_of(question, user)
    total = answer.total.pairs["cost"]
    is_large = max(abs(Decimal(total.ledger or 0)), abs(Decimal(total.provider or 0))) >= 1
    decimals = 2 if is_large else 4
    address = {"provider": answer.provider, "from": answer.first_day, "to": answer.last_day}
    choices = tuple(
        Choice(one.provider, provider_label(one.provider), one.provider == answer.provider)
        for one in question.reported
    )
    return ReconciliationPage(
        answer,
        f"{provider_label(answer.provider)}, {days_text(answer.first_day, answer.last_day)}, UTC days",
        faults,
        choices,
        days=_days(answer, decimals),
        total=_row(answer.total, answer, decimals, "Total", ""),
        kpis=_kpis(answer, decimals),
        notes=_notes(answer, decimals),
        csv_url=f"?{urlencode({**address, 'format': 'csv'})}",
        json_url=f"?{urlencode({**address, 'format': 'json'})}",
        lines_shown=min(LINES_SHOWN, len(answer.lines)),
    )


def _days(answer: Reconciliation, decimals: int) -> tuple[Day, ...]:
    shown = answer.lines[:LINES_SHOWN]
    days = []
    for whole in answer.days:
        lines = tuple(
            _row(line, answer, decimals, line.model or line.item or "(no model)", _note(line))
            for line in shown
            if line.day == whole.day
        )
        if lines and whole.day is not None:
            days.append(Day(_row(whole, answer, decimals, f"{whole.day:%-d %B %Y}", ""), lines))
    return tuple(days)


def _note(line: Line) -> str:
    if line.item:
        return "billed without a model"
    return _SIDES.get(line.sides, "")


def _row(line: Line, answer: Reconciliation, decimals: int, label: str, note: str) -> Row:
    above = line.exceeding(answer.tolerance)
    cells = tuple(
        _cell(line.pairs[name], name in above, decimals if name == "cost" else None) for name in MEASURES
    )
    return Row(
        label,
        note,
        cells,
        _difference(line.pairs["cost"], decimals),
        line.unpriced,
        line.pairs["cost"].ledger is not None,
        bool(above),
        answer.provider if line.model else "",
    )


def _difference(cost: Pair, decimals: int) -> str:
    if cost.difference is None:
        return NOT_APPLICABLE
    return _dollars(Decimal(cost.difference), decimals, signed=True) if cost.difference else ZERO


def _cell(pair: Pair, is_above: bool, decimals: int | None) -> Cell:
    if decimals is None:
        ledger, provider = figures.count(pair.ledger), figures.count(pair.provider)
    else:
        show = figures.money if decimals == 2 else figures.money4
        ledger = show(None if pair.ledger is None else Decimal(pair.ledger))
        provider = NOT_APPLICABLE if pair.provider is None else show(Decimal(pair.provider))
    change = ""
    if pair.difference:
        change = "no counterpart" if pair.fraction is None else percent_text(pair.fraction, signed=True)
    return Cell(ledger, provider, change, is_above)


def _dollars(amount: Decimal, decimals: int, *, signed: bool = False) -> str:
    return money_text(amount, decimals, signed=signed)


def _kpis(answer: Reconciliation, decimals: int) -> tuple[Kpi, ...]:
    cost, name = answer.total.pairs["cost"], provider_label(answer.provider)
    above = len(answer.exceeding)
    per_cent = percent_text(answer.tolerance, 0)
    is_far = cost.exceeds(answer.tolerance)
    difference = cost.difference
    output, input_tokens = answer.total.pairs["output_tokens"], answer.total.pairs["input_tokens"]
    return (
        Kpi("Ledger", _known(cost.ledger, decimals), _unpriced(answer.total.unpriced)),
        Kpi(f"{name}’s bill", _known(cost.provider, decimals), "as reported by the provider"),
        Kpi(
            "Difference",
            "–" if difference is None else _dollars(Decimal(difference), decimals, signed=True),
            "" if cost.fraction is None else percent_text(cost.fraction, 2, signed=True),
            "is-warn" if is_far else "",
        ),
        Kpi("Tokens", _tokens(input_tokens), f"of input; output {_tokens(output)}"),
        Kpi(
            f"Above {per_cent}",
            count_text(above),
            f"of {count_text(len(answer.lines))} lines",
            "is-warn" if above else "",
        ),
    )


def _known(amount: object, decimals: int) -> str:
    return "–" if amount is None else _dollars(Decimal(str(amount)), decimals)


def _unpriced(requests: int) -> str:
    if not requests:
        return "all compared requests are priced"
    return f"without {count_text(requests)} unpriced request{'' if requests == 1 else 's'}"


def _tokens(pair: Pair) -> str:
    if pair.difference is None:
        return "–"
    return "equal" if not pair.difference else percent_text(pair.fraction or 1, 2, signed=True)


def _notes(answer: Reconciliation, decimals: int) -> tuple[str, ...]:
    notes = list(answer.unused)
    if answer.unreported:
        spans = _spans(answer.unreported)
        told = f"No report tells of {enumeration(spans[:6])}{' and later days' if len(spans) > 6 else ''}"
        left = answer.unreported_sums
        if left.requests:
            cost = "unknown cost" if left.cost is None else _dollars(left.cost, decimals)
            told += f": {count_text(left.requests)} requests of the ledger ({cost}) are left out there"
        notes.append(f"{told}.")
    return tuple(notes)


def _spans(days: tuple[date, ...]) -> list[str]:
    """ "1 to 4 November 2026" for days that follow one another."""
    spans: list[list[date]] = []
    for day in days:
        if spans and (day - spans[-1][-1]).days == 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return [days_text(span[0], span[-1]) for span in spans]
