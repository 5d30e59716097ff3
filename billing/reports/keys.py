"""How the members of a dimension are named in filters and addresses, and kept in the database."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F, Q, UUIDField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from billing.reports.expressions import HasAnyTag
from billing.reports.plan import RUNG_COLUMNS
from billing.reports.query import Dimension
from core.ids import NIL

NONE = "(none)"
"""Key and label of what has no name: no environment, no agent, no tag."""

IDENTIFIED = frozenset({Dimension.PROJECT, Dimension.PERSON, Dimension.CONVERSATION})
"""Dimensions whose keys are ids as text. All zeros: nobody, no conversation."""

_LEDGER_COLUMNS = {
    Dimension.PROJECT: "project_id",
    Dimension.PERSON: "person_id",
    Dimension.AGENT: "agent_label",
    Dimension.CONVERSATION: "conversation_id",
    Dimension.TAG: "tags",
}
_NULLABLE = frozenset({Dimension.PERSON, Dimension.CONVERSATION})


def member_keys(value: Any) -> tuple[str, ...]:
    """The keys of a value read from the database: one, but for a list of tags."""
    if isinstance(value, list):
        return tuple(sorted({str(tag) or NONE for tag in value})) or (NONE,)
    return (str(value) or NONE,)


def rung_column(dimension: Dimension) -> Combinable:
    return F(RUNG_COLUMNS[dimension])


def ledger_column(dimension: Dimension) -> Combinable:
    """The dimension's value on a ledger row; never null."""
    column = F(_LEDGER_COLUMNS.get(dimension, dimension.value))
    return Coalesce(column, Value(NIL, output_field=UUIDField())) if dimension in _NULLABLE else column


def rung_condition(dimension: Dimension, keys: Collection[str]) -> Q:
    """Rows of a rung that belong to one of `keys`."""
    return Q(**{f"{RUNG_COLUMNS[dimension]}__in": _stored(dimension, keys)})


def ledger_condition(dimension: Dimension, keys: Collection[str]) -> Q:
    """Rows of the ledger that belong to one of `keys`."""
    if dimension is Dimension.TAG:
        untagged = Q(tags=[]) if NONE in keys else Q()
        return untagged | Q(HasAnyTag("tags", _stored(dimension, keys)))
    column = _LEDGER_COLUMNS.get(dimension, dimension.value)
    stored = _stored(dimension, keys)
    condition = Q(**{f"{column}__in": stored})
    return (
        condition | Q(**{f"{column}__isnull": True})
        if dimension in _NULLABLE and NIL in stored
        else condition
    )


def _stored(dimension: Dimension, keys: Collection[str]) -> list[Any]:
    if dimension in IDENTIFIED:
        return [UUID(key) for key in keys]
    return [*keys, ""] if NONE in keys else list(keys)
