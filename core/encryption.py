"""Secrets at rest: encrypted with a ring of keys that is kept apart from SECRET_KEY.

The newest key encrypts, every key of the ring decrypts (Fernet, https://cryptography.io/en/latest/fernet/).
"""

import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.views.decorators.debug import sensitive_variables

_FERNET_START = "gAAAAA"
"""How every token begins: Fernet's version byte, and a time before the year 2106."""

_SHORTEST_SHOWN = 12
"""Secrets with fewer letters are not shown by their last four: too little would be left to guess."""


class NoKeyError(ImproperlyConfigured):
    """ENCRYPTION_KEYS is empty: there is nothing to encrypt with."""


class UnreadableSecretError(ValueError):
    """No key of the ring opens the secret."""


class Secret:
    """A text that shows itself only when asked to by `reveal()`: not in repr, dumps, logs or error pages."""

    __slots__ = ("_plain",)

    def __init__(self, plain: str) -> None:
        self._plain = plain

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        plain = other._plain if isinstance(other, Secret) else other
        return isinstance(plain, str) and hmac.compare_digest(_as_bytes(self._plain), _as_bytes(plain))

    __hash__ = None  # type: ignore[assignment]  # a hash would be one more thing that tells of it

    def reveal(self) -> str:
        return self._plain

    @property
    def last4(self) -> str:
        """Its last four letters, by which people tell keys apart; empty for a short one."""
        return self._plain[-4:] if len(self._plain) >= _SHORTEST_SHOWN else ""


class Unreadable:
    """A secret that no key of the ring opens. It is true, since there is one; saving it keeps it as it is."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        return "<unreadable secret>"

    def reveal(self) -> str:
        raise UnreadableSecretError("No key of ENCRYPTION_KEYS opens this secret.")


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def fernet(key: str) -> Fernet | None:
    """The cipher of `key`; None when it is no Fernet key."""
    try:
        return Fernet(key)
    except ValueError:
        return None


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    ciphers = []
    for place, key in enumerate(keys, 1):
        cipher = fernet(key)
        if cipher is None:
            raise ImproperlyConfigured(f"Key {place} of ENCRYPTION_KEYS is not a Fernet key.")
        ciphers.append(cipher)
    return MultiFernet(ciphers)


def _keys() -> tuple[str, ...]:
    return tuple(settings.ENCRYPTION_KEYS)


def can_encrypt() -> bool:
    return bool(_keys())


@sensitive_variables()
def encrypted(secret: str) -> str:
    """`secret` as a token of the newest key. Raises NoKeyError when there is none."""
    keys = _keys()
    if not keys:
        raise NoKeyError("Set ENCRYPTION_KEYS (or ENCRYPTION_KEYS_FILE) before storing secrets.")
    return _ring(keys).encrypt(_as_bytes(secret)).decode()


@sensitive_variables()
def decrypted(token: str) -> Secret | Unreadable:
    """The secret, or Unreadable when no key opens it."""
    keys = _keys()
    if not keys:
        return Unreadable(token)
    try:
        return Secret(_ring(keys).decrypt(token.encode()).decode("utf-8", "surrogatepass"))
    except (InvalidToken, UnicodeError):
        return Unreadable(token)


class _SecretAttribute(DeferredAttribute):
    """Wraps what is assigned, so that an object which is not yet saved keeps its secret to itself too."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A secret, encrypted in the database; a Secret in Python, Unreadable when no key opens it.

    Takes plain text, from `QuerySet.update` and `bulk_create` too; the column refuses it. Empty stays
    empty. It cannot be searched, and is kept out of forms, dumps, exports and `repr`.
    """

    description = "A secret, encrypted at rest"
    descriptor_class = _SecretAttribute

    def from_db_value(
        self, value: str | None, expression: Any, connection: Any
    ) -> Secret | Unreadable | str | None:
        return value if not value else decrypted(value)

    def to_python(self, value: Any) -> Any:
        """A Secret; nothing, what cannot be read, and what the database computes stay as they are."""
        if not value or isinstance(value, Secret | Unreadable) or hasattr(value, "resolve_expression"):
            return value
        return Secret(str(value))

    @sensitive_variables()
    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        held = self.to_python(value)
        if hasattr(held, "resolve_expression"):
            # bulk_update wraps values in expressions of this very field, which come back here one by one.
            if isinstance(getattr(held, "_output_field_or_none", None), EncryptedTextField):
                return held
            raise TypeError(f"{self.name} is encrypted here: assign the text itself, not an expression.")
        if isinstance(held, Unreadable):
            return held.token
        return encrypted(held.reveal()) if held else held

    def db_check(self, connection: Any) -> str:
        """The column takes tokens alone: a writer that passes by the field is refused."""
        column = connection.ops.quote_name(self.column)
        return f"{column} = '' OR substr({column}, 1, {len(_FERNET_START)}) = '{_FERNET_START}'"

    def value_to_string(self, obj: models.Model) -> str:
        """Dumps leave secrets out."""
        return ""

    def get_lookup(self, lookup_name: str) -> Any:
        # Equal secrets have different tokens: only "is there one" can be asked.
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
