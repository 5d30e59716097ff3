from typing import ClassVar

from django.conf import settings
from django.db import models

from core.declarations import known
from core.models import BaseModel
from integrations.querysets import ImportUploadQuerySet


class UploadStatus(models.TextChoices):
    UPLOADED = "uploaded", "Uploaded"
    PREVIEWING = "previewing", "Previewing"
    PREVIEWED = "previewed", "Ready to import"
    QUEUED = "queued", "Waiting for the worker"
    IMPORTING = "importing", "Importing"
    COMPLETED = "completed", "Imported"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ImportUpload(BaseModel):
    """A file that somebody uploaded to import: previewed first, imported in the background."""

    is_reference_table: ClassVar[bool] = True
    Status = UploadStatus

    format = models.CharField(max_length=32, help_text="What wrote the file: claude-code, chatgpt, …")
    project = models.ForeignKey(
        "projects.Project",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="import_uploads",
        help_text="The one project it fills; empty: the file's own project names.",
    )
    source_name = models.CharField(max_length=100, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="import_uploads"
    )
    file_name = models.CharField(max_length=255, help_text="As the person called it.")
    stored_name = models.CharField(max_length=100, editable=False, help_text="Where it lies under uploads/.")
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.BinaryField(max_length=32, editable=False)
    status = models.CharField(max_length=16, choices=UploadStatus, default=UploadStatus.UPLOADED)
    done_bytes = models.PositiveBigIntegerField(default=0)
    total_bytes = models.PositiveBigIntegerField(default=0)
    preview = models.JSONField(default=dict, blank=True, help_text="What an import would do.")
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    run = models.ForeignKey(
        "integrations.ImportRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="uploads"
    )

    objects: ClassVar[ImportUploadQuerySet] = ImportUploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Uploaded files and their imports"
        constraints = [known("import_upload_status", "status", UploadStatus)]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="import_upload_latest_idx"),
            models.Index(fields=["project", "-created_at"], name="import_upload_project_idx"),
        ]

    def __str__(self) -> str:
        return self.file_name
