"""What people read for the keys of a dimension."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from accounts.models import Person
from billing.reports.keys import IDENTIFIED, NONE
from billing.reports.query import Dimension
from billing.reports.report import Member
from chat.models import Conversation
from core.ids import NIL
from projects.models import Project

DELETED = "(deleted)"
_ABSENT = {Dimension.PERSON: "(nobody)", Dimension.CONVERSATION: NONE, Dimension.PROJECT: NONE}
_CHUNK = 20_000
"""Ids a query: SQLite takes 32,766 parameters."""


def members(dimension: Dimension, keys: Collection[str]) -> dict[str, Member]:
    """The members behind `keys`, with the names that they have today. One query, none for plain names.

    `keys` come from rows that the reader may see, so their names are the reader's to know.
    """
    if dimension not in IDENTIFIED:
        return {key: Member(key, key) for key in keys}
    names = _names(dimension, [UUID(key) for key in keys if key != str(NIL)])
    names[str(NIL)] = _ABSENT[dimension]
    return {key: Member(key, names.get(key, DELETED)) for key in keys}


def _names(dimension: Dimension, ids: list[UUID]) -> dict[str, str]:
    names = {}
    for start in range(0, len(ids), _CHUNK):
        for row in _rows(dimension, ids[start : start + _CHUNK]):
            names[str(row.pk)] = str(row)
    return names


def _rows(dimension: Dimension, ids: list[UUID]) -> Any:
    if dimension is Dimension.PROJECT:
        return Project.objects.filter(pk__in=ids).only("name")
    if dimension is Dimension.PERSON:
        return Person.objects.filter(pk__in=ids).only("name", "email")
    return Conversation.objects.filter(pk__in=ids).only("title", "external_id")
