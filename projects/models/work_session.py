from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known, recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import TranscriptQuerySet


class WorkSession(ProjectScopedModel):
    """A piece of work on a code base: its task, its searches, and the files that are in and out."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="work_sessions", db_index=False
    )
    name = models.CharField(max_length=500, blank=True)
    task_description = models.TextField(blank=True)
    search_term = models.TextField(blank=True)
    model = models.CharField(max_length=200, blank=True)
    settings = models.JSONField(default=dict, blank=True, help_text="Patterns and switches of its searches.")
    codebase_structure = models.TextField(blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Pieces of work on code bases"
        indexes = recent_indexes("work_session", "updated_at")

    def __str__(self) -> str:
        return self.name or f"Session {self.pk.hex[-8:]}"


class SessionFileKind(models.TextChoices):
    INCLUDED = "included", "Included"
    EXCLUDED = "excluded", "Excluded"


class SessionFile(ProjectScopedModel):
    """A file that a session looks at, or leaves out."""

    Kind = SessionFileKind

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="session_files", db_index=False
    )
    session = models.ForeignKey(WorkSession, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=16, choices=SessionFileKind, default=SessionFileKind.INCLUDED)
    path = models.TextField()

    objects: ClassVar[TranscriptQuerySet] = TranscriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Files that sessions include and exclude"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "session", "kind", "path"],
                name="session_file_once",
                violation_error_message="The session names this file already.",
            ),
            known("session_file_kind", "kind", SessionFileKind),
            models.CheckConstraint(name="session_file_has_path", condition=~Q(path="")),
        ]
        indexes = recent_indexes("session_file", "created_at")

    def __str__(self) -> str:
        return self.path
