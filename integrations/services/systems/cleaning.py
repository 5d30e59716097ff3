"""Making a draft's values fit our columns, without losing what does not."""

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import models

from integrations.systems.declarations import Draft

NUL_MARK = "\N{REPLACEMENT CHARACTER}"
"""Stands where U+0000 stood: PostgreSQL stores no such character."""

_SURROGATE = re.compile("[\ud800-\udfff]")
HASH_BYTES = 16
_LARGEST_SMALL = 2**31 - 1


def clean(draft: Draft, awkward: Counter[str]) -> None:
    """Make values fit: no U+0000, texts and whole numbers within their columns.

    A text is cut, a number that is too large becomes unknown; `metadata` keeps both whole.
    """
    for values in (draft.fields, draft.once):
        for name, value in values.items():
            values[name] = storable(value, awkward)
    for name, limit in _limits(draft.model).items():
        for values in (draft.fields, draft.once):
            text = values.get(name)
            if isinstance(text, str) and len(text) > limit:
                awkward["text_cut"] += 1
                values[name] = text[:limit]
                _keep(draft, name, text)
    for name in _small_numbers(draft.model):
        for values in (draft.fields, draft.once):
            number = values.get(name)
            if number is not None and abs(number) > _LARGEST_SMALL:
                # PostgreSQL would refuse the row, SQLite would take it.
                awkward["number_too_large"] += 1
                values[name] = None
                _keep(draft, name, number)


def _keep(draft: Draft, name: str, value: Any) -> None:
    if "metadata" in draft.fields:
        draft.fields["metadata"] = {**draft.fields["metadata"], f"{name}_in_full": value}


def storable(value: Any, awkward: Counter[str]) -> Any:
    """`value` with U+0000 and lone surrogates replaced, inside JSON too."""
    if isinstance(value, str):
        if "\x00" in value:
            awkward["replaced_nul"] += 1
            value = value.replace("\x00", NUL_MARK)
        if _SURROGATE.search(value):
            awkward["replaced_surrogate"] += 1
            value = _SURROGATE.sub(NUL_MARK, value)
        return value
    if isinstance(value, list):
        return [storable(item, awkward) for item in value]
    if isinstance(value, dict):
        return {storable(name, awkward): storable(item, awkward) for name, item in value.items()}
    return value


@cache
def _limits(model: type[models.Model]) -> Mapping[str, int]:
    return {
        str(field.attname): int(field.max_length)
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and field.max_length
    }


@cache
def _small_numbers(model: type[models.Model]) -> Collection[str]:
    """Columns of 32 bits that may be empty."""
    return [
        str(field.attname)
        for field in model._meta.concrete_fields
        if field.get_internal_type() in {"IntegerField", "PositiveIntegerField"} and field.null
    ]


def content_hash(draft: Draft) -> bytes:
    """16 bytes over what the draft says: a second import with the same content changes nothing."""
    content = json.dumps(
        [draft.model._meta.label_lower, draft.fields], sort_keys=True, default=_text, ensure_ascii=False
    )
    return sha256(content.encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES]


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be hashed")
