"""The steps of a todo, each one UPDATE that names the status it leaves: of two at once one wins.

`by` is somebody of the staff, who must operate the project (else PermissionDenied); None stands for the
program that works on it. A step that may not follow raises IllegalStepError and changes nothing.
"""

from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from chat.models import Todo
from core.permissions import Action, require
from core.transitions import IllegalStepError
from projects.services.changes import change_if

Status = Todo.Status


def start_todo(todo: Todo, by: User | None = None, *, now: datetime | None = None) -> None:
    """Counts the attempt."""
    moment = now or timezone.now()
    _step(todo, Status.IN_PROGRESS, by, moment, attempts=F("attempts") + 1, started_at=moment)


def complete_todo(
    todo: Todo, by: User | None = None, *, result: str | None = None, now: datetime | None = None
) -> None:
    """A result that is not given leaves the one that stands there."""
    _step(todo, Status.COMPLETED, by, now, **({} if result is None else {"result": result}))


def fail_todo(
    todo: Todo, by: User | None = None, *, error: str | None = None, now: datetime | None = None
) -> None:
    """An error that is not given leaves the one that stands there."""
    _step(todo, Status.FAILED, by, now, **({} if error is None else {"error": error}))


def cancel_todo(todo: Todo, by: User | None = None, *, now: datetime | None = None) -> None:
    _step(todo, Status.CANCELLED, by, now)


def reopen_todo(todo: Todo, by: User | None = None, *, now: datetime | None = None) -> None:
    """Let one that failed, was called off or is being worked on wait again; attempts and error stay."""
    _step(todo, Status.PENDING, by, now)


def _step(todo: Todo, status: str, by: User | None, now: datetime | None, **fields: Any) -> None:
    if by is not None:
        require(by, Action.ARCHIVE_CONTENT, todo.project_id)
    moment = now or timezone.now()
    before = [state for state in Status.values if Todo.machine.allows(state, status)]
    done = {"completed_at": moment if Todo.step_values(status)["completed_at"] else None}
    if not change_if(todo, Q(status__in=before), now=moment, status=status, **done, **fields):
        raise IllegalStepError(f"It is “{todo.get_status_display().lower()}”.", code="illegal_step")
