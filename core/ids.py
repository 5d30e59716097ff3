"""Time-ordered ids, made in Python so that no table needs a sequence."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then a counter and random bits."""
    return UUID(int=uuid7().int)


NIL = UUID(int=0)
"""Stands for "nobody" in keys that may not be null (unique keys of rollups)."""
