"""How entries are hashed: HMAC-SHA256 over canonical JSON, with a key that the database does not hold.

So whoever can write the database, and nothing else, cannot make entries that verify_audit believes.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from accounts.models import AuditEntry

FIRST = "0" * 64
"""The hash before the first entry."""

HASHED = tuple(
    field.attname
    for field in AuditEntry._meta.concrete_fields
    if field.attname not in {"hash", "created_at", "updated_at"}
)


def newest_key() -> str:
    return str(settings.AUDIT_KEYS[0])


def key_id(key: str) -> str:
    """Names a key without telling it."""
    return hashlib.sha256(b"audit key " + key.encode()).hexdigest()[:16]


def key_named(wanted: str) -> str | None:
    return next((key for key in settings.AUDIT_KEYS if key_id(key) == wanted), None)


def digest(key: str, values: Mapping[str, Any]) -> str:
    """The HMAC of `values`, which hold JSON, UUIDs and aware times, in hexadecimals."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_text)
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def entry_hash(entry: AuditEntry, key: str) -> str:
    return digest(key, {name: getattr(entry, name) for name in HASHED})


def head_signature(position: int, last_hash: str, key: str) -> str:
    return digest(key, {"position": position, "hash": last_hash})
