"""Every step between two states, taken at the model and at the database, which must say the same."""

from collections.abc import Callable, Collection
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core.transitions import IllegalStepError, StatefulModel, StateMachine


def assert_steps(
    make: Callable[[str], Any], machine: StateMachine, allowed: Collection[tuple[str, str]]
) -> None:
    """`make(status)` saves a row that stands there; `allowed` spells out the steps that may be taken.

    An allowed step passes both ways, and so does staying. Any other raises IllegalStepError at the model and
    is refused by the trigger, and the row stays as it was.
    """
    assert machine.pairs == sorted(allowed)
    for before, after in product(machine.steps, repeat=2):
        assert_step(make, before, after, is_allowed=before == after or (before, after) in allowed)


def assert_step(make: Callable[[str], Any], before: str, after: str, *, is_allowed: bool) -> None:
    step = f"{before} → {after}"
    for way in (_save, _save_status_alone, _update):
        row = make(before)
        if is_allowed:
            way(row, after)
        else:
            error: Any = DatabaseError if way is _update else IllegalStepError
            with pytest.raises(error), transaction.atomic():
                way(row, after)
        stored = type(row)._base_manager.values_list("status", flat=True).get(pk=row.pk)
        assert stored == (after if is_allowed else before), f"{step} by {way.__name__}"


def _stand(row: Any, after: str) -> dict[str, Any]:
    """The row in its new state, with what must be set together with it."""
    values = {"status": after, **row.step_values(after)}
    for name, value in values.items():
        setattr(row, name, value)
    return values


def _save(row: StatefulModel, after: str) -> None:
    _stand(row, after)
    row.save()


def _save_status_alone(row: StatefulModel, after: str) -> None:
    row.save(update_fields=list(_stand(row, after)))


def _update(row: StatefulModel, after: str) -> None:
    """Past the model: the statement that any other writer could send."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    assert rows.update(status=after, **row.step_values(after)) == 1
