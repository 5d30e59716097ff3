"""What people read for the keys of a dimension."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Max

from accounts.models import Person, User
from accounts.models.person import ERASED_NAME
from billing.models import TokenUsage
from billing.reports.keys import IDENTIFIED, NONE
from billing.reports.query import Dimension
from billing.reports.report import Member
from chat.models import Conversation
from chat.names import conversation_names
from core.ids import NIL
from projects.models import Project

DELETED = "(deleted)"
_ABSENT = {Dimension.PERSON: "(nobody)", Dimension.CONVERSATION: NONE, Dimension.PROJECT: NONE}
_CHUNK = 20_000
"""Ids a query: SQLite takes 32,766 parameters."""


def members(dimension: Dimension, keys: Collection[str], user: User | None) -> dict[str, Member]:
    """The members behind `keys`, with the names that they have today. One query, none for plain names.

    Titles of conversations are those that `user` may read (one query more); None may read all.

    Deleted people keep the name that their calls were written with, marked as deleted (one query more);
    erased people have none. Deleted projects keep theirs, conversations in the bin their neutral one.

    `keys` come from rows that the reader may see, so their names are the reader's to know.
    """
    if dimension not in IDENTIFIED:
        return {key: Member(key, key) for key in keys}
    ids = [UUID(key) for key in keys if key != str(NIL)]
    names = _names(dimension, ids, user)
    if dimension is Dimension.PERSON and (gone := [key for key in ids if str(key) not in names]):
        names |= _names_of_deleted(gone)
    names[str(NIL)] = _ABSENT[dimension]
    return {key: Member(key, names.get(key, DELETED)) for key in keys}


def _names(dimension: Dimension, ids: list[UUID], user: User | None) -> dict[str, str]:
    names: dict[str, str] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = _rows(dimension, ids[start : start + _CHUNK])
        if dimension is Dimension.CONVERSATION and user is not None:
            named = conversation_names(rows, user)
        else:
            named = {row.pk: str(row) for row in rows}
        names |= {str(row.pk): _lasting(row, named[row.pk]) for row in rows}
    return names


def _lasting(row: Any, name: str) -> str:
    if isinstance(row, Project):
        return row.lasting_name
    if isinstance(row, Conversation) and row.deleted_at is not None:
        return f"{row.neutral_name} {DELETED}"
    if isinstance(row, Person) and row.erased_at is not None:
        return f"{ERASED_NAME} {DELETED}"
    return name


def _names_of_deleted(ids: list[UUID]) -> dict[str, str]:
    """The names that the ledger copied when these people's calls were written."""
    copied = TokenUsage.objects.filter(person_id__in=ids[:_CHUNK]).exclude(person_label="").order_by()
    labels = copied.values_list("person_id").annotate(label=Max("person_label"))
    return {str(person_id): f"{label} {DELETED}" for person_id, label in labels}


def _rows(dimension: Dimension, ids: list[UUID]) -> Any:
    if dimension is Dimension.PROJECT:
        return Project.objects.filter(pk__in=ids).only("name", "deleted_at")
    if dimension is Dimension.PERSON:
        return Person.objects.filter(pk__in=ids).only("name", "email", "erased_at")
    return Conversation.objects.filter(pk__in=ids).only("title", "external_id", "deleted_at")
