"""The page of what smaller contexts saved."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from chat.pages.choices import Choice, project_choices, read_uuid
from chat.reports.optimizations import SavedReport, saved_tokens
from core.days import EARLIEST, LATEST
from core.permissions import Action, may_in_all
from core.zones import local_day

"""Near the ends of the calendar arithmetic overflows."""
_KEPT = ("project", "zone", "from", "to")


@dataclass(frozen=True, slots=True)
class Question:
    """Which days of which projects (none: all), and what is wrong with the address, by parameter."""

    first_day: date
    last_day: date
    projects: tuple[UUID, ...]
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class OptimizationsPage:
    report: SavedReport
    errors: tuple[str, ...]
    projects: tuple[Choice, ...]
    zone: str
    may_export: bool
    csv_url: str
    json_url: str


def read_question(params: QueryDict, zone: ZoneInfo) -> Question:
    """Days that make no sense are told, and stand for this month so far, as do those not given."""
    today = local_day(timezone.now(), zone)
    days, errors = {"from": today.replace(day=1), "to": today}, {}
    for name in days:
        try:
            days[name] = date.fromisoformat(str(params[name])) if params.get(name) else days[name]
        except ValueError:
            errors[name] = f"“{params[name]}” is not a day, such as {today.isoformat()}."
    if not params.get("from") and "to" not in errors:
        days["from"] = days["to"].replace(day=1)
    if not errors and not EARLIEST <= days["from"] <= days["to"] <= LATEST:
        errors["from"] = f"No days lie from {days['from']} to {days['to']}."
    if errors:
        days = {"from": today.replace(day=1), "to": today}
    texts = [text for text in params.getlist("project") if text]
    projects = [pk for text in texts if (pk := read_uuid(text)) is not None]
    if len(projects) < len(texts):
        errors["project"] = "A project is chosen by its id."
    return Question(days["from"], days["to"], tuple(projects), errors)


def report_of(question: Question, user: User, zone: ZoneInfo) -> SavedReport:
    return saved_tokens(
        user,
        first_day=question.first_day,
        last_day=question.last_day,
        zone=zone,
        projects=question.projects,
    )


def optimizations_page(params: QueryDict, user: User, zone: ZoneInfo) -> OptimizationsPage:
    question = read_question(params, zone)
    kept = [(name, value) for name in _KEPT for value in params.getlist(name) if value]
    return OptimizationsPage(
        report=report_of(question, user, zone),
        errors=tuple(question.errors.values()),
        projects=project_choices(user, question.projects[0] if question.projects else None),
        zone=params.get("zone", ""),
        may_export=may_in_all(user, Action.EXPORT, question.projects or None),
        csv_url=f"?{urlencode([*kept, ('format', 'csv')])}",
        json_url=f"?{urlencode([*kept, ('format', 'json')])}",
    )
