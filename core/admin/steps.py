"""Actions that do one thing to each chosen row: none stops the others, and all is told."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest

_REFUSALS_SHOWN = 5


def take_steps(request: HttpRequest, rows: Iterable[Any], step: Callable[[Any], object], done: str) -> None:
    """Call `step` for each row; what it refuses (PermissionDenied, ValidationError) is said with the reason.

    `done` completes "3 background jobs are …".
    """
    taken: list[Any] = []
    refused: list[str] = []
    for row in rows:
        try:
            step(row)
        except PermissionDenied as error:
            refused.append(f"{row}: {error}")
        except ValidationError as error:
            refused.append(f"{row}: {' '.join(error.messages)}")
        else:
            taken.append(row)
    if taken:
        messages.success(request, f"{numbered(len(taken), taken[0])} {done}.")
    for refusal in refused[:_REFUSALS_SHOWN]:
        messages.warning(request, refusal)
    if rest := len(refused[_REFUSALS_SHOWN:]):
        messages.warning(request, f"{rest:,} more were refused for the like.")


def numbered(number: int, of: Any) -> str:
    """ "1 agent is", "1,200 agents are"."""
    if number == 1:
        return f"1 {of._meta.verbose_name} is"
    return f"{number:,} {of._meta.verbose_name_plural} are"
