from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known, not_negative, recent_indexes, unpurged_index
from core.fields import NanoUsdField
from core.models import ProjectScopedModel
from core.transitions import StatefulModel
from projects.models.work_status import WORK_STEPS, WorkStatus
from projects.querysets import TranscriptQuerySet


class BackgroundJob(StatefulModel, ProjectScopedModel):
    """Work that a source's application did, or waits to do, behind its pages.

    `status` is our word, `source_status` the source's. Tokens and cost stand here as the source gave
    them, even where they are negative: what counts is in the ledger.
    """

    Status = WorkStatus
    machine = WORK_STEPS

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="jobs", db_index=False
    )
    session = models.ForeignKey(
        "projects.WorkSession", null=True, blank=True, on_delete=models.CASCADE, related_name="jobs"
    )
    agent = models.ForeignKey(
        "projects.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    queue = models.CharField(max_length=200, blank=True)
    task_type = models.CharField(max_length=100, blank=True)
    api_type = models.CharField(max_length=64, blank=True)
    provider = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=16, choices=WorkStatus, default=WorkStatus.QUEUED)
    source_status = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    status_message = models.TextField(blank=True)
    prompt = models.TextField(blank=True)
    response = models.TextField(blank=True)
    output_path = models.TextField(blank=True)
    error = models.TextField(blank=True)
    input_tokens = models.BigIntegerField(null=True, blank=True, help_text="As the source gives it.")
    output_tokens = models.BigIntegerField(null=True, blank=True, help_text="As the source gives it.")
    reported_cost = NanoUsdField(null=True, blank=True, help_text="As the source gives it, US dollars.")
    max_output_tokens = models.BigIntegerField(null=True, blank=True)
    priority = models.IntegerField(null=True, blank=True)
    attempts = models.IntegerField(null=True, blank=True)
    max_attempts = models.IntegerField(null=True, blank=True)
    payload = models.JSONField(null=True, blank=True, help_text="What the job was given, secrets removed.")
    result = models.JSONField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    purged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its words were removed."
    )
    queued_at = models.DateTimeField(null=True, blank=True)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody took it off the list of jobs."
    )
    cancelled_by = models.CharField(max_length=200, blank=True, help_text="Who cancelled it here.")

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Work behind the pages of source applications"
        constraints = [
            known("background_job_status", "status", WorkStatus),
            *not_negative("background_job", "max_output_tokens", "attempts", "max_attempts"),
            models.CheckConstraint(
                name="background_job_cancelled_by_whom",
                condition=Q(cancelled_by="") | Q(status=WorkStatus.CANCELLED),
            ),
        ]
        indexes = [
            *recent_indexes("background_job", "created_at"),
            unpurged_index("background_job", "created_at"),
            # Jobs that are not done, on the overview and in the list's filter.
            models.Index(fields=["project", "status", "-created_at"], name="background_job_status_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.task_type or self.queue or 'job'} {self.pk.hex[-8:]}"
