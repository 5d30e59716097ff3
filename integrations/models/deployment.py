from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import known, recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import ContentQuerySet


class DeploymentStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    BUILDING = "building", "Building"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    UNKNOWN = "unknown", "Unknown"


class Deployment(ProjectScopedModel):
    """A project's application, as it was put on the web."""

    Status = DeploymentStatus

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="deployments", db_index=False
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="deployments"
    )
    provider = models.CharField(max_length=64, default="vercel")
    external_id = models.CharField(max_length=255, blank=True, help_text="Its id at the provider.")
    url = models.CharField("URL", max_length=1000, blank=True)
    status = models.CharField(max_length=16, choices=DeploymentStatus, default=DeploymentStatus.UNKNOWN)
    source_status = models.CharField(max_length=50, blank=True, help_text="The provider's own word.")
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Projects' applications on the web"
        constraints = [
            known("deployment_status", "status", DeploymentStatus),
            models.CheckConstraint(name="deployment_names_provider", condition=~Q(provider="")),
        ]
        indexes = recent_indexes("deployment", "created_at")

    def __str__(self) -> str:
        return self.url or self.external_id or f"Deployment {self.pk.hex[-8:]}"
