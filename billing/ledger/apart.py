"""Taking back a wrong merge: a person says that a report is a call of its own."""

from django.utils import timezone

from accounts.audit.record import record
from accounts.models.audit import AuditAction
from billing.ledger.settle import LedgerRaceError, hold_identities, settle
from billing.ledger.sums import add_to_rollups, kept_zones
from billing.models import TokenUsage
from billing.pricing.book import PriceBook
from core.database import in_transaction
from projects.models import Project


def count_apart(report: TokenUsage, *, is_apart: bool = True) -> None:
    """Let `report` count by itself whatever it resembles; with `is_apart` False let the rules decide again.

    The sums follow in the same transaction. Raises LedgerRaceError when its call was decided anew meanwhile:
    nothing was changed then.
    """
    in_transaction(lambda: _count_apart(report, is_apart))


def _count_apart(report: TokenUsage, is_apart: bool) -> None:
    zones = kept_zones()
    hold_identities([report], [])
    if not TokenUsage.objects.set_apart(report, is_apart=is_apart):
        raise LedgerRaceError
    current = TokenUsage.objects.get(pk=report.pk, project_id=report.project_id)
    projects = {report.project_id: Project.objects.get(pk=report.project_id)}
    settled = settle([current], projects, PriceBook(), timezone.now())
    add_to_rollups(zones=zones, added=settled.added, removed=settled.removed)
    before, after = {"counts_apart": not is_apart}, {"counts_apart": is_apart}
    record(AuditAction.DECIDED, current, before=before, after=after)
