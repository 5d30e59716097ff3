from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.models import BaseModel, ProjectScopedModel
from integrations.querysets import ImportRunQuerySet
from projects.querysets import TranscriptQuerySet


class ImportRun(BaseModel):
    """One import: what was read, and what became of each record. Read is always the sum of the rest."""

    is_reference_table: ClassVar[bool] = True

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        INTERRUPTED = "interrupted", "Interrupted"

    source = models.ForeignKey("integrations.Source", on_delete=models.PROTECT, related_name="import_runs")
    project = models.ForeignKey(
        "projects.Project",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="import_runs",
        help_text="The one project it filled; empty when the source's own project names were used.",
    )
    label = models.CharField(max_length=500, help_text="The file or folder's name.")
    status = models.CharField(max_length=16, choices=Status, default=Status.RUNNING)
    error = models.TextField(blank=True)
    read = models.PositiveBigIntegerField(default=0)
    created = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    duplicates = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    details = models.JSONField(
        default=dict, blank=True, help_text="Counts by table, unknown tables and awkward values."
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ImportRunQuerySet] = ImportRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Imports and their counts"
        constraints = [
            models.CheckConstraint(
                name="import_run_adds_up",
                condition=Q(
                    read=F("created") + F("updated") + F("unchanged") + F("duplicates") + F("rejected")
                ),
            ),
            models.CheckConstraint(
                name="import_run_status_known",
                condition=Q(status__in=["running", "completed", "failed", "interrupted"]),
            ),
            models.CheckConstraint(
                name="import_run_finished_has_time",
                condition=Q(status="running", finished_at__isnull=True)
                | (~Q(status="running") & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            # Import health on the overview, and the admin's list: newest first.
            models.Index(fields=["-created_at", "-id"], name="import_run_recent_idx"),
            # A project's own imports.
            models.Index(fields=["project", "-created_at"], name="import_run_project_idx"),
        ]

    def __str__(self) -> str:
        return self.label


class RejectedRecord(ProjectScopedModel):
    """A record that an import could not take, with the reason and its raw form, secrets removed.

    It may hold what people said: how many there are stands with the import, for whom the figures are.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="rejected_records")
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejected_records")
    record = models.CharField(max_length=700, help_text="Where it stands: file and line, or its key.")
    reason = models.CharField(max_length=500)
    raw = models.TextField(
        blank=True, help_text="The record as it came, at most 8,000 characters, secrets removed."
    )

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Records that imports could not take"
        indexes = [
            # A run's rejected records, in the order they were met (ids are time-ordered).
            models.Index(fields=["project", "run", "id"], name="rejected_record_run_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.record}: {self.reason}"
