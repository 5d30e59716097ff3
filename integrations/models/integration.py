from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import recent_indexes
from core.encryption import EncryptedTextField
from core.models import ProjectScopedModel
from projects.querysets import ContentQuerySet


class Integration(ProjectScopedModel):
    """A service that a project is connected with."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="integrations", db_index=False
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="integrations"
    )
    kind = models.CharField(max_length=100, help_text="The service, such as slack.")
    name = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=50, blank=True, help_text="As the source gives it.")
    is_active = models.BooleanField(default=True)
    settings = models.JSONField(default=dict, blank=True, help_text="Secrets removed.")
    secret = EncryptedTextField(blank=True, editable=False)
    has_source_secret = models.BooleanField(
        default=False, editable=False, help_text="The source holds secrets that were not taken over."
    )
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Services that projects are connected with"
        constraints = [models.CheckConstraint(name="integration_has_kind", condition=~Q(kind=""))]
        indexes = recent_indexes("integration", "created_at")

    def __str__(self) -> str:
        return self.name or self.kind
