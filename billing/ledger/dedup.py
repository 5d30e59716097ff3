"""The key under which a call is booked once."""

from datetime import datetime
from hashlib import sha256

KEY_BYTES = 16
_TIME_BYTES = 6


def dedup_key(scope: str, native_id: str, stable_time: datetime | None) -> bytes:
    """16 bytes: 6 of milliseconds since 1970, 10 of SHA-256 over (scope, native id).

    The time keeps the unique index in order, so that an insert touches its last pages only. It must be one
    that every report of the call repeats exactly; None gives six zero bytes.
    """
    digest = sha256(f"{scope}\x00{native_id}".encode()).digest()[: KEY_BYTES - _TIME_BYTES]
    millis = 0 if stable_time is None else max(0, int(stable_time.timestamp() * 1000))
    return millis.to_bytes(_TIME_BYTES, "big") + digest
