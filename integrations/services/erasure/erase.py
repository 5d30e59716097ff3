"""Erasing a person's content on request, with a certificate of what went and that spend stayed.

In batches, each a transaction that also counts it in the certificate: killed half-way, the next run goes on
with the same certificate. A person of whom nothing is left keeps the one that there is.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.audit.record import record
from accounts.models import Erasure, Person, User
from accounts.models.audit import AuditAction
from accounts.models.person import ERASED_NAME
from billing.models import TokenUsage
from core.database import in_transaction
from core.permissions import Action, require
from integrations.services.erasure.steps import project_ids, steps_in, steps_of
from integrations.services.retention.steps import Step

BATCH = 500
_NANO = 10**9


class ErasureError(RuntimeError):
    """Spend is not what it was: the certificate is not signed off."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The person's rows of the ledger, and the known cost of those that count, in nanodollars."""

    calls: int
    spend_nano: int | None


def figures_of(person_id: UUID, *, until: datetime | None = None) -> Figures:
    rows = TokenUsage.objects.filter(person_id=person_id)
    if until is not None:
        rows = rows.filter(recorded_at__lte=until)
    found = rows.aggregate(calls=Count("pk"), cost=Sum("cost", filter=Q(superseded_by__isnull=True)))
    cost = found["cost"]
    return Figures(found["calls"], None if cost is None else int(cost * _NANO))


def remaining(person: Person) -> Counter[str]:
    """What an erasure would take now, by table."""
    counts: Counter[str] = Counter()
    for step in _steps(person, timezone.now()):
        counts[step.name] += step.count()
    if person.erased_at is None:
        counts[Person._meta.label_lower] = 1
    return +counts


def erase(
    person: Person,
    *,
    by: User | None = None,
    reason: str = "",
    keep_name: bool = False,
    batch_size: int = BATCH,
    tell: Callable[[str, int], None] = lambda table, number: None,
) -> Erasure:
    """The finished certificate: a new one, one that was begun, or the last, when nothing is left to erase.

    `by` None stands for an operator on a terminal. Raises PermissionDenied for those who do not manage
    people, ErasureError when spend changed underneath.
    """
    if by is not None:
        require(by, Action.MANAGE_PEOPLE)
    last: Erasure | None = Erasure.objects.filter(person_id=person.pk).order_by("created_at", "pk").last()
    if last is not None and last.finished_at is not None and not remaining(person):
        return last
    started = timezone.now()
    before = figures_of(person.pk, until=started)
    erasure = begin(person, before, by=by, reason=reason, keep_name=keep_name)
    for step in _steps(person, started):
        while number := _batch(step, erasure, batch_size):
            tell(step.name, number)
    return _finish(person, erasure, before, started)


def begin(person: Person, figures: Figures, *, by: User | None, reason: str, keep_name: bool) -> Erasure:
    """The person's unfinished certificate, or a new one. Of two who ask at once, both get the same."""

    def work() -> Erasure:
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        begun = Erasure.objects.filter(person_id=person.pk, finished_at__isnull=True).first()
        if begun is None:
            begun = Erasure(
                person_id=person.pk,
                person_label=str(person)[:320] if keep_name and person.erased_at is None else "",
                reason=reason[:500],
                requested_by=by,
            )
        begun.calls, begun.spend_nano = figures.calls, figures.spend_nano
        begun.save()
        return begun

    return in_transaction(work)


def _steps(person: Person, now: datetime) -> Iterator[Step]:
    for project_id in project_ids(person):
        yield from steps_in(project_id, person, now)
    yield from steps_of(person)


def _batch(step: Step, erasure: Erasure, size: int) -> int:
    def work() -> int:
        number = step.work(size)
        if number:
            _count(erasure, step.name, number)
        return number

    return in_transaction(work)


def _count(erasure: Erasure, name: str, number: int) -> None:
    row = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
    counts = {**row.counts, name: row.counts.get(name, 0) + number}
    Erasure.objects.filter(pk=erasure.pk).update(counts=counts)


def _finish(person: Person, erasure: Erasure, before: Figures, started: datetime) -> Erasure:
    """The person's own data goes last: by it a killed run finds what is left."""

    def work() -> None:
        if figures_of(person.pk, until=started) != before:
            raise ErasureError("What the person spent changed meanwhile: run it again.")
        now = timezone.now()
        emptied = Person.objects.filter(pk=person.pk, erased_at__isnull=True).update(
            name=ERASED_NAME,
            email="",
            email_normalized="",
            handle="",
            avatar_url="",
            preferences={},
            external_ids={},
            user=None,
            erased_at=now,
        )
        if emptied:
            _count(erasure, Person._meta.label_lower, emptied)
        signed = Erasure.objects.filter(pk=erasure.pk, finished_at__isnull=True)
        if signed.update(finished_at=now):
            erasure.refresh_from_db()
            record(
                AuditAction.ERASED,
                person,
                label=ERASED_NAME,
                detail={"certificate": str(erasure.pk), "rows": erasure.counts},
                by=erasure.requested_by,
            )

    in_transaction(work)
    erasure.refresh_from_db()
    person.refresh_from_db()
    return erasure
