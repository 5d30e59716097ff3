from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.declarations import recent_indexes
from core.models import ProjectScopedModel
from projects.querysets import ContentQuerySet


class GitHubRepository(ProjectScopedModel):
    """A repository with a project's code."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="repositories", db_index=False
    )
    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="repositories"
    )
    name = models.CharField(max_length=255, blank=True)
    url = models.CharField("URL", max_length=1000, blank=True)
    clone_url = models.CharField("clone URL", max_length=1000, blank=True)
    default_branch = models.CharField(max_length=255, blank=True)
    external_id = models.CharField(max_length=255, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Repositories with projects' code"
        verbose_name = "GitHub repository"
        verbose_name_plural = "GitHub repositories"
        constraints = [
            models.CheckConstraint(name="repository_is_named", condition=~(Q(name="") & Q(url=""))),
        ]
        indexes = recent_indexes("repository", "created_at")

    def __str__(self) -> str:
        return self.name or self.url
