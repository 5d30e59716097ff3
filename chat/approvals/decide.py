"""Several decisions at once, as the queue and the admin make them: each for itself, none stops the others."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from chat.approvals.steps import approve, cancel, refusal, reject
from chat.models import ToolExecution

APPROVE, REJECT, CANCEL = "approve", "reject", "cancel"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one decision; `refusal` says why it was not taken."""

    execution: ToolExecution
    refusal: str = ""
    is_permitted: bool = True

    @property
    def is_done(self) -> bool:
        return not self.refusal


def decide(
    executions: Iterable[ToolExecution],
    user: User,
    decision: str,
    reason: str = "",
    *,
    only_waiting: bool = True,
) -> list[Outcome]:
    """One outcome for each, in order.

    `only_waiting`: what was decided meanwhile is not decided anew, though a call that is approved and has not
    begun could still be rejected or cancelled.
    """
    return [_outcome(execution, user, decision, reason, only_waiting) for execution in executions]


def _outcome(execution: ToolExecution, user: User, decision: str, reason: str, only_waiting: bool) -> Outcome:
    after = {
        APPROVE: ToolExecution.Status.APPROVED,
        REJECT: ToolExecution.Status.REJECTED,
        CANCEL: ToolExecution.Status.CANCELLED,
    }[decision]
    try:
        if only_waiting and execution.status != ToolExecution.Status.PENDING:
            raise refusal(execution, after)
        if decision == APPROVE:
            approve(execution, user)
        elif decision == REJECT:
            reject(execution, user, reason)
        else:
            cancel(execution, user)
    except PermissionDenied as error:
        return Outcome(execution, str(error), is_permitted=False)
    except ValidationError as error:
        return Outcome(execution, " ".join(error.messages))
    return Outcome(execution)
