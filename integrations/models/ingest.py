"""Live ingestion: the keys that programs send with, and what arrived through them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.models import BaseModel, ProjectScopedModel
from integrations.querysets import IngestKeyQuerySet
from projects.querysets import ContentQuerySet


class IngestKey(BaseModel):
    """With it a program sends usage to one project. Shown once; only its hash is kept."""

    is_reference_table: ClassVar[bool] = True

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="ingest_keys")
    name = models.CharField(max_length=100, help_text="Where it is used: a service, a team, a laptop.")
    prefix = models.CharField(max_length=16, help_text="The key's first characters, by which it is known.")
    key_hash = models.BinaryField(max_length=32, editable=False, help_text="SHA-256 of the key.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ingest_keys",
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Exact to the minute."
    )
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="Requests above this are answered 429. Empty: the installation's."
    )

    objects: ClassVar[IngestKeyQuerySet] = IngestKeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Keys with which programs send usage; hashes only"
        constraints = [
            models.UniqueConstraint(fields=["prefix"], name="ingest_key_prefix_unique"),
            models.CheckConstraint(name="ingest_key_is_named", condition=~Q(name="")),
        ]
        indexes = [
            models.Index(fields=["project", "-created_at"], name="ingest_key_project_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IngestActivity(ProjectScopedModel):
    """What one kind of client sent to one project: when it was heard last, and how much it told."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="ingest_activity")
    client = models.CharField(
        max_length=64, help_text="Its slug on the page Connect: claude-code, litellm, opentelemetry…"
    )
    first_received_at = models.DateTimeField()
    last_received_at = models.DateTimeField()
    records = models.PositiveBigIntegerField(default=0, help_text="Records taken, repeats included.")
    rejected = models.PositiveBigIntegerField(default=0)

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "When each kind of client was heard last, by project"
        verbose_name_plural = "ingest activity"
        constraints = [
            models.UniqueConstraint(fields=["project", "client"], name="ingest_activity_once"),
            models.CheckConstraint(
                name="ingest_activity_ordered", condition=Q(last_received_at__gte=F("first_received_at"))
            ),
        ]
        indexes = [models.Index(fields=["-last_received_at", "-id"], name="ingest_activity_latest_idx")]

    def __str__(self) -> str:
        return self.client
