"""Encrypting stored secrets with the newest key, while others go on reading and writing them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from core.database import in_transaction
from core.encryption import EncryptedTextField, NoKeyError

_BATCH = 200


@dataclass(slots=True)
class Counts:
    """Secrets of one column: `current` have the newest key already, `unreadable` no key of the ring opens."""

    rotated: int = 0
    current: int = 0
    unreadable: int = 0
    outdated: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of secret: how its tokens are listed, and replaced unless they changed.

    `tokens` gives (key, token) pairs; `replace(key, old, new)` says whether the old one still stood there.
    """

    name: str
    tokens: Callable[[], Iterable[tuple[Any, str]]]
    replace: Callable[[Any, str, str], bool]


PLACES: list[Place] = []
"""What other storeys add; filled when they are ready."""


def rotate(*, check: bool = False, batch_size: int = _BATCH) -> dict[str, Counts]:
    """By column: what was encrypted anew, or with `check` what would be (`outdated`). Raises NoKeyError.

    Each secret is replaced only where it still is what was read, so one that somebody saves meanwhile stays
    theirs. What is done is committed batch by batch: an interrupted run goes on where it stopped.
    """
    ciphers = [Fernet(key) for key in settings.ENCRYPTION_KEYS]
    if not ciphers:
        raise NoKeyError("Set ENCRYPTION_KEYS: there is nothing to encrypt with.")
    ring = _Ring(ciphers[0], MultiFernet(ciphers))
    found = {place.name: Counts() for place in places()}
    for place in places():
        for batch in _batches(place.tokens(), batch_size):
            counts = found[place.name]

            def turn(batch: list[tuple[Any, str]] = batch, place: Place = place) -> Counts:
                return _turn(batch, place, ring, check=check)

            _add(counts, turn() if check else in_transaction(turn))
    return found


@dataclass(frozen=True, slots=True)
class _Ring:
    newest: Fernet
    all: MultiFernet

    def standing(self, token: str) -> str:
        """ "current", "outdated" or "unreadable"."""
        for cipher, standing in ((self.newest, "current"), (self.all, "outdated")):
            try:
                cipher.decrypt(token.encode())
            except InvalidToken:
                continue
            return standing
        return "unreadable"

    def renewed(self, token: str) -> str:
        return self.all.rotate(token.encode()).decode()


def _turn(batch: list[tuple[Any, str]], place: Place, ring: _Ring, *, check: bool) -> Counts:
    counts = Counts()
    for key, token in batch:
        standing = ring.standing(token)
        if standing == "outdated" and not check:
            # Somebody who saved meanwhile did so with the newest key.
            standing = "rotated" if place.replace(key, token, ring.renewed(token)) else "current"
        setattr(counts, standing, getattr(counts, standing) + 1)
    return counts


def _add(total: Counts, part: Counts) -> None:
    for name in ("rotated", "current", "unreadable", "outdated"):
        setattr(total, name, getattr(total, name) + getattr(part, name))


def places() -> list[Place]:
    columns = [
        _column(model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    ]
    return [*columns, *PLACES]


def _column(model: type[models.Model], field: Any) -> Place:
    """Past the field, which would hand out what it decrypted: the tokens as the column has them."""
    quote, key = connection.ops.quote_name, model._meta.pk
    table, column, id_column = quote(model._meta.db_table), quote(field.column), quote(str(key.column))

    def tokens() -> Iterator[tuple[Any, str]]:
        last = None
        while True:
            after = "" if last is None else f" AND {id_column} > %s"
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {id_column}, {column} FROM {table} WHERE {column} <> ''{after}"
                    f" ORDER BY {id_column} LIMIT {_BATCH}",
                    [] if last is None else [last],
                )
                rows = cursor.fetchall()
            yield from rows
            if len(rows) < _BATCH:
                return
            last = rows[-1][0]

    def replace(pk: Any, old: str, new: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {column} = %s WHERE {id_column} = %s AND {column} = %s", [new, pk, old]
            )
            return bool(cursor.rowcount)

    return Place(f"{model._meta.label}.{field.name}", tokens, replace)


def _batches(items: Iterable[tuple[Any, str]], size: int) -> Iterator[list[tuple[Any, str]]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
