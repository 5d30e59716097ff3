"""The certificate as data: what the command prints and the page hands out."""

from decimal import Decimal
from typing import Any

from accounts.models import Erasure


def certificate_data(erasure: Erasure) -> dict[str, Any]:
    return {
        "certificate": str(erasure.pk),
        "person": str(erasure.person_id),
        "name": erasure.person_label or None,
        "reason": erasure.reason or None,
        "requested_by": erasure.requested_by.email if erasure.requested_by else None,
        "started_at": erasure.created_at.isoformat(),
        "finished_at": erasure.finished_at.isoformat() if erasure.finished_at else None,
        "counts": dict(sorted(erasure.counts.items())),
        "calls": erasure.calls,
        "spend_usd": dollars(erasure.spend_nano),
    }


def dollars(nano: int | None) -> str | None:
    """Exact, in plain figures."""
    return None if nano is None else f"{Decimal(nano).scaleb(-9):f}"
