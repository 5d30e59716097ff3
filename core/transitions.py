"""Which step may follow which: declared once, held by the model and by a trigger on both engines."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models


class IllegalStepError(ValidationError):
    """A change of status that the state machine does not allow."""


class StateMachine:
    """The allowed steps between states: {state: states that may follow it}. A state without any is final."""

    def __init__(self, steps: Mapping[str, Collection[str]]) -> None:
        self.steps = {str(state): frozenset(map(str, following)) for state, following in steps.items()}

    @property
    def final(self) -> frozenset[str]:
        return frozenset(state for state, following in self.steps.items() if not following)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every allowed step, sorted."""
        return sorted((state, after) for state, following in self.steps.items() for after in following)

    def allows(self, state: str, after: str) -> bool:
        return after in self.steps.get(state, ())

    def check(self, state: str, after: str) -> None:
        """Raises IllegalStepError unless `after` may follow `state`, or is the same."""
        if state != after and not self.allows(state, after):
            raise IllegalStepError(f"“{state}” cannot become “{after}”.", code="illegal_step")

    def path(self, state: str, after: str) -> Sequence[str] | None:
        """The fewest steps from `state` to `after`, without `state`; None when there is no way."""
        found: dict[str, tuple[str, ...]] = {state: ()}
        waiting = deque([state])
        while waiting:
            here = waiting.popleft()
            if here == after:
                return found[here]
            for following in sorted(self.steps.get(here, ())):
                if following not in found:
                    found[following] = (*found[here], following)
                    waiting.append(following)
        return None


class StatefulModel(models.Model):
    """A model whose `status` walks along `machine`: saving any other step raises IllegalStepError.

    `core.transition_triggers` holds the same in the database, for writers that pass by the model.
    """

    machine: ClassVar[StateMachine]
    _stored_status: str | None = None

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        update_fields: Iterable[str] | None = kwargs.get("update_fields")
        if update_fields is None or "status" in update_fields:
            self._check_step()
        super().save(*args, **kwargs)
        if update_fields is None or "status" in update_fields:
            self._stored_status = self._status

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> Self:
        loaded = super().from_db(db, field_names, values, **kwargs)
        if "status" in field_names:
            loaded._stored_status = str(loaded.status)  # type: ignore[attr-defined]
        return loaded

    def clean(self) -> None:
        super().clean()
        self._check_step()

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        if "status" in self.__dict__:
            self._stored_status = self._status

    @classmethod
    def step_values(cls, status: str) -> dict[str, Any]:
        """What must be set together with `status` when a row only passes through it."""
        return {}

    @property
    def _status(self) -> str:
        return str(self.status)  # type: ignore[attr-defined]

    def _check_step(self) -> None:
        if self._stored_status is not None and "status" in self.__dict__:
            self.machine.check(self._stored_status, self._status)
