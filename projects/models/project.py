from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Q

from core.declarations import known
from core.models import BaseModel
from projects.models.channel import GENERAL, Channel
from projects.querysets import ProjectQuerySet


class ProjectStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    ARCHIVED = "archived", "Archived"


class Project(BaseModel):
    """A product or team whose usage is counted apart, and whose members see it.

    Each source has a reserved project "Unassigned" for records that name none.
    """

    Status = ProjectStatus

    class Kind(models.TextChoices):
        REGULAR = "regular", "Project"
        UNASSIGNED = "unassigned", "Unassigned: what its source gave no project"

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.REGULAR)
    owner = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_projects"
    )
    status = models.CharField(max_length=16, choices=ProjectStatus, default=ProjectStatus.ACTIVE)
    source_status = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    template = models.CharField(max_length=200, blank=True)
    container = models.CharField(max_length=255, blank=True, help_text="The container it runs in.")
    port = models.IntegerField(null=True, blank=True)
    git_url = models.CharField("git URL", max_length=1000, blank=True)
    branch = models.CharField(max_length=255, blank=True)
    local_path = models.TextField(blank=True)
    avatar_url = models.TextField("avatar URL", blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When it was put into the bin. Its spend stays in every report.",
    )
    purged_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its content was removed from the bin."
    )
    message_days = models.PositiveIntegerField(
        "days that words are kept",
        null=True,
        blank=True,
        help_text="Messages, tool calls, runs and jobs lose their words after this. Empty: never.",
    )
    attachment_days = models.PositiveIntegerField(
        "days that files are kept", null=True, blank=True, help_text="Empty: never removed."
    )
    raw_days = models.PositiveIntegerField(
        "days that raw records are kept",
        null=True,
        blank=True,
        help_text="What imports could not take, and uploaded files. Empty: never removed.",
    )
    metadata = models.JSONField(default=dict, blank=True)
    prefers_reported_cost = models.BooleanField(
        default=False, help_text="Book the cost that the source reports, instead of the price book's."
    )
    only_reported_cost = models.BooleanField(
        default=False,
        help_text="Where the source reports no cost, leave it unknown instead of asking the price book.",
    )
    captures_content = models.BooleanField(
        default=False,
        help_text="Keep the words of prompts and answers that instrumentations send with a call.",
    )
    is_demo = models.BooleanField(
        default=False, editable=False, help_text="Made by seed_demo; remove_demo takes it away."
    )

    objects: ClassVar[ProjectQuerySet] = ProjectQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Products or teams whose usage is counted apart"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="project_name_unique",
                violation_error_message="A project has this name already.",
            ),
            models.CheckConstraint(
                name="project_is_named",
                condition=~Q(name=""),
                violation_error_message="Give the project a name.",
            ),
            models.CheckConstraint(
                name="project_kind_known", condition=Q(kind__in=["regular", "unassigned"])
            ),
            *[
                models.CheckConstraint(
                    name=f"project_{field}_positive",
                    condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 1}),
                    violation_error_message="Keep them for a day at least, or leave it empty.",
                )
                for field in ("message_days", "attachment_days", "raw_days")
            ],
            models.CheckConstraint(
                name="project_unassigned_stays",
                condition=Q(deleted_at__isnull=True) | ~Q(kind="unassigned"),
                violation_error_message="What has no project stays.",
            ),
            known("project_status", "status", ProjectStatus),
            models.CheckConstraint(
                name="project_archived_has_time",
                condition=Q(status="archived", archived_at__isnull=False)
                | (~Q(status="archived") & Q(archived_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lasting_name(self) -> str:
        """Its name, marked once it is deleted: for what stays when projects go."""
        return f"{self.name} (deleted)" if self.deleted_at else self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new project and its channel `general` are written in one transaction."""
        if not self._state.adding:
            super().save(*args, **kwargs)
            return
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
            Channel.objects.create(project=self, name=GENERAL, is_default=True)
