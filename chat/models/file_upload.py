from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import not_negative, recent_indexes, unpurged_index
from core.models import ProjectScopedModel
from projects.querysets import TranscriptQuerySet


class FileContent(ProjectScopedModel):
    """A file's content, kept once a project however often it was uploaded."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="file_contents", db_index=False
    )
    content_hash = models.CharField(max_length=128, help_text="As the source computes it, such as SHA-256.")
    size_bytes = models.BigIntegerField(null=True, blank=True)
    mime_type = models.CharField("MIME type", max_length=255, blank=True)
    storage_path = models.TextField(blank=True)

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Contents of uploaded files, once a project"
        constraints = [
            models.UniqueConstraint(fields=["project", "content_hash"], name="file_content_once"),
            models.CheckConstraint(name="file_content_has_hash", condition=~Q(content_hash="")),
            *not_negative("file_content", "size_bytes"),
        ]
        indexes = recent_indexes("file_content", "created_at")

    def __str__(self) -> str:
        return self.content_hash[:12]


class FileUpload(ProjectScopedModel):
    """A file that somebody uploaded. Uploads of equal content share it; one without a hash has none."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="file_uploads", db_index=False
    )
    conversation = models.ForeignKey(
        "chat.Conversation", null=True, blank=True, on_delete=models.CASCADE, related_name="file_uploads"
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="file_uploads"
    )
    content = models.ForeignKey(
        FileContent, null=True, blank=True, on_delete=models.RESTRICT, related_name="uploads"
    )
    name = models.CharField(max_length=500, help_text="As the person named it.")
    stored_name = models.CharField(max_length=500, blank=True)
    mime_type = models.CharField("MIME type", max_length=255, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)
    storage_path = models.TextField(blank=True, help_text="Where the source keeps it.")
    metadata = models.JSONField(default=dict, blank=True)
    purged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its words were removed."
    )

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Files that people uploaded"
        constraints = not_negative("file_upload", "size_bytes")
        indexes = [
            *recent_indexes("file_upload", "created_at"),
            unpurged_index("file_upload", "created_at"),
        ]

    def __str__(self) -> str:
        return self.name
