"""An upload's state in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.models import ImportUpload
from integrations.services.runs import STALE_AFTER

_Status = ImportUpload.Status
_LONG_WAIT = timedelta(minutes=1)
"""An idle worker takes a task within seconds."""

_KINDS = {
    _Status.UPLOADED: "info",
    _Status.PREVIEWING: "info",
    _Status.PREVIEWED: "warn",
    _Status.QUEUED: "info",
    _Status.IMPORTING: "info",
    _Status.COMPLETED: "ok",
    _Status.FAILED: "danger",
}
_LABELS = {
    _Status.UPLOADED: "Waiting for a look",
    _Status.PREVIEWING: "Reading",
    _Status.QUEUED: "Waiting to import",
}


@dataclass(frozen=True, slots=True)
class State:
    """`kind` is the badge's: "info", "ok", "warn", "danger" or "". `is_moving`: it changes by itself.

    `is_left_waiting`: no worker took it up for so long that perhaps none runs. `has_news`: the preview found
    something to import.
    """

    status: str
    label: str
    kind: str
    is_moving: bool
    is_interrupted: bool
    is_left_waiting: bool
    has_news: bool


def state_of(upload: ImportUpload, now: datetime) -> State:
    status = _Status(upload.status)
    quiet_for = now - upload.updated_at
    is_working = status in (_Status.PREVIEWING, _Status.IMPORTING)
    is_waiting = status in (_Status.UPLOADED, _Status.QUEUED)
    is_interrupted = is_working and quiet_for > STALE_AFTER
    rejected = upload.result.get("counts", {}).get("rejected", 0)
    planned = upload.preview.get("counts", {})
    has_news = status == _Status.PREVIEWED and bool(planned.get("created") or planned.get("updated"))
    label, kind = _LABELS.get(status, str(status.label)), _KINDS.get(status, "")
    if is_interrupted:
        label, kind = "Interrupted", "warn"
    elif status == _Status.COMPLETED and rejected:
        label, kind = "Imported in part", "warn"
    elif status == _Status.PREVIEWED and not has_news:
        label, kind = "Nothing to import", ""
    return State(
        status=status,
        label=label,
        kind=kind,
        is_moving=is_waiting or (is_working and not is_interrupted),
        is_interrupted=is_interrupted,
        is_left_waiting=is_waiting and quiet_for > _LONG_WAIT,
        has_news=has_news,
    )
