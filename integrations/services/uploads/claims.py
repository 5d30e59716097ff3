"""Who works on an upload: one worker at a time, by compare-and-set on its row."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils import timezone

from core.database import in_transaction
from integrations.models import ImportUpload

_BEAT_EVERY_S = 1.0


class ClaimLostError(Exception):
    """The upload was cancelled, or given to another worker since this one seemed dead."""


@dataclass(slots=True)
class Claim:
    """The right to work on an upload while its status is `status`. Its token stands in the row's result."""

    upload_id: UUID
    status: str
    token: str = field(default_factory=lambda: uuid4().hex)
    _last_beat: float = 0.0

    def take(self, from_status: str) -> bool:
        """Whether the upload stood at `from_status` and is now this worker's."""
        waiting = ImportUpload.objects.filter(pk=self.upload_id, status=from_status)
        return bool(
            _update(
                waiting,
                status=self.status,
                done_bytes=0,
                total_bytes=0,
                result={"claim": self.token},
                error="",
            )
        )

    def beat(self, done: int, total: int) -> None:
        """Tell how far the work is, at most once a second. Raises ClaimLostError."""
        now = time.monotonic()
        if now - self._last_beat < _BEAT_EVERY_S:
            return
        self._last_beat = now
        if not _update(self._row(), done_bytes=min(done, total), total_bytes=total):
            raise ClaimLostError

    def release(self, status: str, **columns: Any) -> None:
        """Give the upload `status` and `columns`. Raises ClaimLostError."""
        if not _update(self._row(), status=status, **columns):
            raise ClaimLostError

    def _row(self) -> "QuerySet[Any]":
        return ImportUpload.objects.filter(pk=self.upload_id, status=self.status, result__claim=self.token)


def _update(rows: "QuerySet[Any]", **columns: Any) -> int:
    return in_transaction(lambda: rows.update(**columns, updated_at=timezone.now()))
