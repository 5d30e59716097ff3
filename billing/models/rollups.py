"""The tables of the ladder (billing/rollups.py says what each keeps)."""

from typing import Any, ClassVar

from django.db import models

from core.fields import NanoUsdField
from core.ids import NIL, new_id
from projects.querysets import ProjectScopedQuerySet


class InstallationQuerySet(models.QuerySet[Any]):
    """For sums over all projects: only installation roles see them."""

    def visible_to(self, user: Any) -> "InstallationQuerySet":
        return self if user.is_authenticated and user.is_active and user.sees_all_projects else self.none()


class DailySums(models.Model):
    """Sums of one day in one zone. Written with the ledger, checked by rebuild_rollups --check."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    zone = models.CharField(max_length=64, help_text="IANA zone whose day this is.")
    day = models.DateField()
    requests = models.BigIntegerField(default=0, help_text="Answered provider calls.")
    errors = models.BigIntegerField(default=0, help_text="Failed calls.")
    input_tokens = models.BigIntegerField(default=0)
    cache_read_tokens = models.BigIntegerField(default=0)
    cache_write_tokens = models.BigIntegerField(default=0)
    cache_write_1h_tokens = models.BigIntegerField(default=0)
    input_audio_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    reasoning_tokens = models.BigIntegerField(default=0)
    output_audio_tokens = models.BigIntegerField(default=0)
    cost = NanoUsdField(default=0, help_text="US dollars, of the priced calls.")
    unpriced_requests = models.BigIntegerField(default=0, help_text="Answered calls whose cost is unknown.")
    unmeasured_requests = models.BigIntegerField(
        default=0, help_text="Answered calls whose tokens are unknown."
    )

    class Meta:
        abstract = True


class DailyUsage(DailySums):
    """The widest rung: a day's sums by project, provider, model, request type and environment."""

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="daily_usage")
    provider = models.CharField(max_length=64)
    model = models.CharField(max_length=200, blank=True)
    request_type = models.CharField(max_length=16)
    environment = models.CharField(max_length=64, blank=True)

    objects: ClassVar[ProjectScopedQuerySet] = ProjectScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Daily sums by project, provider, model, request type and environment"
        verbose_name_plural = "daily usage"
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "day", "project", "provider", "model", "request_type", "environment"],
                name="daily_usage_once",
            ),
        ]
        indexes = [
            # One project's year.
            models.Index(fields=["project", "zone", "day"], name="daily_usage_project_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.provider} {self.model}"


class DailyModelUsage(DailySums):
    """The smallest rung: a day's sums over all projects by provider and model."""

    provider = models.CharField(max_length=64)
    model = models.CharField(max_length=200, blank=True)

    objects: ClassVar[InstallationQuerySet] = InstallationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Daily sums over all projects by provider and model"
        verbose_name_plural = "daily model usage"
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "day", "provider", "model"], name="daily_model_usage_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.provider} {self.model}"


class DailyProjectUsage(DailySums):
    """A day's sums by project."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.PROTECT, related_name="daily_project_usage"
    )

    objects: ClassVar[ProjectScopedQuerySet] = ProjectScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Daily sums by project"
        verbose_name_plural = "daily project usage"
        constraints = [
            models.UniqueConstraint(fields=["zone", "day", "project"], name="daily_project_usage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.project_id}"


class DailyPersonUsage(DailySums):
    """A day's sums by project and person. Calls without a person stand under the nil UUID."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.PROTECT, related_name="daily_person_usage"
    )
    person_key = models.UUIDField(
        default=NIL, help_text="The person's id; all zeros when no person is known."
    )

    objects: ClassVar[ProjectScopedQuerySet] = ProjectScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Daily sums by project and person"
        verbose_name_plural = "daily person usage"
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "day", "project", "person_key"], name="daily_person_usage_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.person_key}"
