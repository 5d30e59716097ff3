"""Secrets at rest: encrypted with a ring of keys that is kept apart from SECRET_KEY.

The newest key encrypts, every key of the ring decrypts (Fernet, https://cryptography.io/en/latest/fernet/).
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class NoKeyError(ImproperlyConfigured):
    """ENCRYPTION_KEYS is empty: there is nothing to encrypt with."""


class Unreadable:
    """A secret that no key of the ring opens. It is true, so that it does not read as "no secret"."""

    def __repr__(self) -> str:
        return "<unreadable secret>"


UNREADABLE = Unreadable()


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _keys() -> tuple[str, ...]:
    return tuple(settings.ENCRYPTION_KEYS)


def can_encrypt() -> bool:
    return bool(_keys())


def encrypted(secret: str) -> str:
    """`secret` as a token of the newest key. Raises NoKeyError when there is none."""
    keys = _keys()
    if not keys:
        raise NoKeyError("Set ENCRYPTION_KEYS (or ENCRYPTION_KEYS_FILE) before storing secrets.")
    return _ring(keys).encrypt(secret.encode()).decode()


def decrypted(token: str) -> str | Unreadable:
    """The secret, or UNREADABLE when no key opens it."""
    keys = _keys()
    if not keys:
        return UNREADABLE
    try:
        return _ring(keys).decrypt(token.encode()).decode()
    except InvalidToken:
        return UNREADABLE


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A secret, encrypted in the database; plain in Python, UNREADABLE when no key opens it.

    Empty stays empty. It cannot be searched, and is kept out of admin forms, exports and `repr`.
    """

    description = "A secret, encrypted at rest"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | Unreadable | None:
        return value if not value else decrypted(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, Unreadable):
            raise ValueError(f"{self.name} cannot be read, so it cannot be written: save the other fields.")
        return super().get_db_prep_save(encrypted(value) if value else value, connection)

    def get_lookup(self, lookup_name: str) -> Any:
        # Equal secrets have different tokens: only "is there one" can be asked.
        return super().get_lookup(lookup_name) if lookup_name in {"isnull"} else None
