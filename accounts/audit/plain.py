"""What an entry may hold: JSON that both engines keep as it is, never a secret, and nobody's words.

Entries outlive what they tell of: what is purged or erased one day must not have been copied here.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from core.admin.visible import holds_words
from core.encryption import EncryptedTextField, Secret, Unreadable

SECRET, WORDS = "(secret)", "(words)"
_SECRET_FIELDS = frozenset({"password", "key_hash", "token_hash", "secret_hash"})
_OF_PEOPLE = frozenset({"accounts.person", "integrations.linkedaccount"})
"""Tables of what a person may have erased."""
_NAMED_AFTER_PEOPLE = frozenset({"chat.autoapprovalpolicy"})
"""Tables whose rows are called by a person's name; what they say but for `metadata` is no words."""
_WORDY = (models.CharField, models.TextField, models.JSONField)

_NO_NUL = {0: "\ufffd"}
_LONGEST = 2_000


def plain(value: Any) -> Any:
    """`value` as JSON: numbers that are no integers as texts, secrets as a mark, long texts cut."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Secret | Unreadable):
        return SECRET
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value).encode("utf-8", "replace").decode().translate(_NO_NUL)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def plain_values(values: Mapping[str, Any], model: type[models.Model] | None) -> dict[str, Any]:
    """`values` of fields of `model`: of secrets and of people's words only that they are there."""
    return {name: _plain_value(value, model, name) for name, value in values.items()}


def lasting_label(row: models.Model) -> str:
    """What to call `row` for ever: its name, unless that is what somebody wrote or may have erased."""
    if is_nameless(type(row)):
        return f"{row._meta.verbose_name} {row.pk}"
    return str(row)


def is_nameless(model: type[models.Model]) -> bool:
    """Whether rows of `model` are called by what must not be kept for ever."""
    return model._meta.label_lower in _NAMED_AFTER_PEOPLE or is_wordy(model)


def is_wordy(model: type[models.Model]) -> bool:
    return model._meta.label_lower in _OF_PEOPLE or holds_words(model)


def _plain_value(value: Any, model: type[models.Model] | None, name: str) -> Any:
    if value is None or model is None:
        return plain(value)
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return plain(value)
    if name in _SECRET_FIELDS or isinstance(field, models.BinaryField | EncryptedTextField):
        return SECRET if value else None
    if name == "metadata" and model._meta.label_lower in _NAMED_AFTER_PEOPLE and value:
        return WORDS
    if isinstance(field, _WORDY) and not getattr(field, "choices", None) and is_wordy(model) and value:
        return WORDS
    return plain(value)
