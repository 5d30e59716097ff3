"""What people do is told to whoever keeps a journal of it: core itself knows neither people nor a log.

`accounts` puts its audit log here when it is ready; without one, what is told is forgotten.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from django.db.models import Model

_OURS = frozenset({"id", "created_at", "updated_at"})

Kind = Literal["added", "changed", "deleted", "read", "exported"]


@dataclass(frozen=True, slots=True)
class Deed:
    """`before` and `after`: fields by name, None where they are not known.

    `label` names what has no row, `model` its kind ("chat.message" for a list of messages).
    """

    kind: Kind
    target: Model | None = None
    label: str = ""
    model: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


class Journal(Protocol):
    def note(self, deed: Deed) -> None:
        """Keep it, in the transaction that is open."""

    def of(self, target: Model, reader: Any) -> Iterable[Any]:
        """What was kept about `target`, newest first, as far as `reader` may know."""

    def commanded(self, name: str) -> AbstractContextManager[object]:
        """What is told inside was done by the command `name`."""


class _Forgetting:
    def note(self, deed: Deed) -> None:
        return

    def of(self, target: Model, reader: Any) -> Iterable[Any]:
        return ()

    def commanded(self, name: str) -> AbstractContextManager[object]:
        return nullcontext()


_keeper: list[Journal] = [_Forgetting()]


def keep_journal(journal: Journal) -> None:
    _keeper[:] = [journal]


def journal() -> Journal:
    return _keeper[0]


def values_of(row: Model) -> dict[str, Any]:
    """The columns of `row` that are loaded, by field, as Python has them."""
    return {
        field.name: row.__dict__[field.attname]
        for field in row._meta.concrete_fields
        if field.name not in _OURS and field.attname in row.__dict__
    }


def given_values(row: Model) -> dict[str, Any]:
    """The columns of `row` that hold something."""
    return {name: value for name, value in values_of(row).items() if value not in (None, "", [], {})}
