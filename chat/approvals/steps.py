"""The steps of a tool execution, each one UPDATE that names the project and the status it leaves.

So of two people who decide at once one wins; the other gets an IllegalStepError that says who decided, and
when. A step changes the execution that it is handed too.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.audit.plain import WORDS
from accounts.audit.record import record
from accounts.models import User
from accounts.models.audit import AuditAction
from chat.models import ToolExecution
from core.database import in_transaction
from core.permissions import Action, may
from core.transitions import IllegalStepError

Status = ToolExecution.Status
POLICY_PREFIX = "policy of "
"""How `decided_by` begins when a rule approved, not somebody of the staff."""
DECIDED_BY_LENGTH = 200
REASON_LENGTH = 200

_DECISIONS = frozenset({Status.APPROVED, Status.REJECTED})


def approve(execution: ToolExecution, user: User, *, now: datetime | None = None) -> None:
    """Raises PermissionDenied for those who may not decide in this project."""
    _refuse_strangers(execution, user)
    _recorded_step(execution, Status.APPROVED, now, user, **_decision(str(user), user, "", now))


def approve_by_policy(
    execution: ToolExecution, policy_of: str, rule: str, *, now: datetime | None = None
) -> None:
    """For chat.approvals.request alone: `rule` of the policy of the person named allows it."""
    decision = _decision(f"{POLICY_PREFIX}{policy_of}", None, rule, now)
    _recorded_step(execution, Status.APPROVED, now, None, **decision)


def reject(execution: ToolExecution, user: User, reason: str = "", *, now: datetime | None = None) -> None:
    """Refuse it before it runs. Who had approved it until then stays in `metadata["approved_by"]`.

    Raises PermissionDenied as `approve` does, ValidationError for a reason of more than 200 letters.
    """
    _refuse_strangers(execution, user)
    reason = reason.strip()
    if len(reason) > REASON_LENGTH:
        raise ValidationError(f"A reason has at most {REASON_LENGTH} letters.", code="max_length")
    fields = _decision(str(user), user, reason, now)
    if execution.decided_by:
        fields["metadata"] = {**execution.metadata, "approved_by": execution.decided_by}
    _recorded_step(execution, Status.REJECTED, now, user, **fields)


def cancel(execution: ToolExecution, user: User | None = None, *, now: datetime | None = None) -> None:
    """Nobody needs it any more: not a decision. Without a user its source took it back.

    Raises PermissionDenied as `approve` does.
    """
    if user is not None:
        _refuse_strangers(execution, user)
    who = {} if user is None else {"cancelled_by": str(user)}
    metadata = {**execution.metadata, **who}
    _recorded_step(execution, Status.CANCELLED, now, user, metadata=metadata)


def start(execution: ToolExecution, *, now: datetime | None = None) -> None:
    moment = now or timezone.now()
    _step(execution, Status.EXECUTING, moment, executed_at=moment)


def complete(
    execution: ToolExecution,
    *,
    result: Any = None,
    cost: Decimal | None = None,
    duration_ms: int | None = None,
    now: datetime | None = None,
) -> None:
    """A cost that is not given leaves the expected one; a duration that is not given is told by our clock."""
    _finish(execution, Status.COMPLETED, cost, duration_ms, now, result=result)


def fail(
    execution: ToolExecution,
    *,
    error: str,
    cost: Decimal | None = None,
    duration_ms: int | None = None,
    now: datetime | None = None,
) -> None:
    """As `complete`, with what went wrong instead of a result."""
    _finish(execution, Status.FAILED, cost, duration_ms, now, error=error)


def refusal(execution: ToolExecution, after: str) -> IllegalStepError:
    """Why `execution` cannot take the step: who decided already, or where it stands."""
    if after in _DECISIONS and execution.decided_at is not None:
        verb = "rejected" if execution.status == Status.REJECTED else "approved"
        local = timezone.localtime(execution.decided_at)
        message = f"{execution.decided_by} {verb} it already, on {local:%-d %b %Y at %H:%M %Z}."
    else:
        standing = execution.get_status_display().lower()
        message = f"It stands at “{standing}” and cannot become “{Status(after).label.lower()}”."
    return IllegalStepError(message, code="illegal_step")


def _refuse_strangers(execution: ToolExecution, user: User) -> None:
    if not may(user, Action.DECIDE_TOOL_CALLS, execution.project_id):
        raise PermissionDenied("Operators and managers of the project decide on its tool calls.")


def _decision(decided_by: str, user: User | None, rule: str, now: datetime | None) -> dict[str, Any]:
    return {
        "decided_at": now or timezone.now(),
        "decided_by": decided_by[:DECIDED_BY_LENGTH],
        "decided_by_user": user,
        "decision_rule": rule,
    }


def _finish(
    execution: ToolExecution,
    after: str,
    cost: Decimal | None,
    duration_ms: int | None,
    now: datetime | None,
    **fields: Any,
) -> None:
    moment = now or timezone.now()
    if duration_ms is None and execution.executed_at is not None:
        duration_ms = max(0, round((moment - execution.executed_at).total_seconds() * 1000))
    if cost is not None:
        fields["cost"] = cost
    _step(execution, after, moment, completed_at=moment, duration_ms=duration_ms, **fields)


def _recorded_step(
    execution: ToolExecution, after: str, now: datetime | None, user: User | None, **fields: Any
) -> None:
    """The step and its entry in the audit log; without a user a rule or its source took it.

    Of a reason that somebody typed the log keeps only that there was one: it outlives what may be erased.
    """
    before = execution.status
    rule = fields.get("decision_rule", "")

    def work() -> None:
        execution.status = before
        _step(execution, after, now, **fields)
        told = {"tool": execution.tool_name, "rule": WORDS if rule and user is not None else rule}
        record(
            AuditAction.DECIDED,
            execution,
            before={"status": before},
            after={"status": execution.status},
            detail={name: value for name, value in told.items() if value},
            by=user,
        )

    in_transaction(work)


def _step(execution: ToolExecution, after: str, now: datetime | None, **fields: Any) -> None:
    before = execution.status
    if not execution.machine.allows(before, after):
        raise refusal(execution, after)
    rows = ToolExecution.objects.filter(project_id=execution.project_id)
    moment = now or timezone.now()
    moved = rows.filter(pk=execution.pk, status=before).update(status=after, updated_at=moment, **fields)
    try:
        execution.refresh_from_db(from_queryset=rows)
    except ToolExecution.DoesNotExist:
        raise IllegalStepError("It was deleted meanwhile.", code="illegal_step") from None
    if not moved:
        raise refusal(execution, after)
