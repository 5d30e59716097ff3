"""Making the demo, and taking it away."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Person, User
from billing.ledger.erase import erase_demo_usage
from billing.ledger.events import Result, UsageEvent
from billing.ledger.record import record_usage
from billing.pricing.book import PriceBook
from integrations.demo.cast import PROJECTS, DemoProject
from integrations.demo.conversations import make_conversations
from integrations.demo.imports import make_imports
from integrations.demo.tools import make_tools
from integrations.demo.traffic import SOURCE, calls_of_day
from integrations.models import Source
from projects.models import Project

EMAIL = "demo@countinghouse.invalid"
_BATCH = 4_000
_MARK = {"demo": "1"}


class NameTakenError(ValueError):
    """A real project or source has a demo name: the demo would mix with it."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a run of seed_demo did; `password` is the demo account's new one."""

    projects: int
    conversations: int
    calls: int
    created: int
    email: str
    password: str


def seed_demo(
    *,
    days: int,
    seed: int,
    password: str | None = None,
    now: datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Seeded:
    """Make the demo of the last `days` days up to `now`; a second run adds only what is new since.

    Raises NameTakenError when a project that is no demo has one of its names.
    """
    until = now or timezone.now()
    with transaction.atomic():
        projects, people = _projects(), _people()
        Source.objects.get_or_create(name=SOURCE, defaults={"kind": Source.Kind.DEMO})
    cast = {member.name: member for member in PROJECTS}
    with transaction.atomic():
        talks = make_conversations(cast, projects, people, days=days, seed=seed, until=until)
    calls = created = 0
    book = PriceBook()
    events = iter([*talks, *_traffic(cast, projects, people, days, seed, until)])
    while batch := list(islice(events, _BATCH)):
        outcomes = record_usage(batch, price_book=book)
        calls += len(batch)
        created += sum(outcome.result == Result.CREATED for outcome in outcomes)
        if progress:
            progress(calls)
    make_imports(projects, until=until)
    Source.objects.filter(name=SOURCE).update(last_received_at=until)
    chosen = password or secrets.token_urlsafe(9)
    make_tools(projects, people, _account(chosen), until=until)
    return Seeded(
        len(projects), sum(p.conversations.count() for p in projects.values()), calls, created, EMAIL, chosen
    )


def remove_demo() -> int:
    """Take the demo away: projects, calls, sums, people, sources, account. Returns the calls that went."""
    projects = list(Project.objects.filter(is_demo=True))
    with transaction.atomic():
        erased = erase_demo_usage(projects)
        for source in Source.objects.filter(kind=Source.Kind.DEMO):
            source.import_runs.all().delete()
            source.delete()
        for project in projects:
            project.delete()
        Person.objects.filter(external_ids=_MARK).delete()
        User.objects.filter(email=EMAIL).delete()
    return erased


def _projects() -> dict[str, Project]:
    made = {}
    for member in PROJECTS:
        project, is_new = Project.objects.get_or_create(
            name=member.name, defaults={"is_demo": True, "description": member.description}
        )
        if not is_new and not project.is_demo:
            raise NameTakenError(f"A project “{project}” exists and is no demo: the demo leaves it alone.")
        made[member.name] = project
    return made


def _people() -> dict[str, UUID]:
    names = sorted({name for member in PROJECTS for name in member.people})
    people = {}
    for name in names:
        email = f"{name.split()[0].lower()}@example.com"
        person, _ = Person.objects.get_or_create(name=name, external_ids=_MARK, defaults={"email": email})
        people[name] = person.pk
    return people


def _traffic(
    cast: dict[str, DemoProject],
    projects: dict[str, Project],
    people: dict[str, UUID],
    days: int,
    seed: int,
    until: datetime,
) -> Iterator[UsageEvent]:
    today = until.astimezone(UTC).date()
    for age in range(days - 1, -1, -1):
        day = today - timedelta(days=age)
        for name, member in cast.items():
            yield from calls_of_day(member, projects[name].pk, people, day, seed=seed, until=until)


def _account(password: str) -> User:
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        return User.objects.create_superuser(EMAIL, password, name="Demo owner")
    user.set_password(password)
    user.is_active, user.role = True, User.Role.OWNER
    user.save()
    return user
