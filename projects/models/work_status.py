"""How work stands: one vocabulary for jobs and agent runs, whatever their sources call it."""

from django.db import models

from core.transitions import StateMachine


class WorkStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


WORK_STEPS = StateMachine(
    {
        WorkStatus.QUEUED: [WorkStatus.RUNNING, WorkStatus.FAILED, WorkStatus.CANCELLED],
        WorkStatus.RUNNING: [WorkStatus.SUCCEEDED, WorkStatus.FAILED, WorkStatus.CANCELLED],
        WorkStatus.SUCCEEDED: [],
        WorkStatus.FAILED: [],
        WorkStatus.CANCELLED: [],
    }
)
