from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from billing.querysets import QuotaQuerySet
from core.declarations import known
from core.fields import from_nanos
from core.models import BaseModel
from core.numbers import exact_money_text


class QuotaMetric(models.TextChoices):
    REQUESTS = "requests", "Requests"
    TOKENS = "tokens", "Tokens"
    COST = "cost", "Cost, nanodollars"


class QuotaPeriod(models.TextChoices):
    HOUR = "hour", "Hour"
    DAY = "day", "Day"
    WEEK = "week", "Week, from Monday"
    MONTH = "month", "Month"
    SUBSCRIPTION = "subscription", "The subscription's own period"


_EACH = {
    QuotaPeriod.HOUR: "an hour",
    QuotaPeriod.DAY: "a day",
    QuotaPeriod.WEEK: "a week",
    QuotaPeriod.MONTH: "a month",
    QuotaPeriod.SUBSCRIPTION: "a period of the subscription",
}


class Quota(BaseModel):
    """How much a person, a project, or a person in a project may use a period.

    `limit` counts requests, tokens, or nanodollars, as `metric` says; empty is without
    limit. Periods run in UTC.
    """

    is_reference_table: ClassVar[bool] = True
    Metric = QuotaMetric
    Period = QuotaPeriod

    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.CASCADE, related_name="quotas"
    )
    project = models.ForeignKey(
        "projects.Project", null=True, blank=True, on_delete=models.CASCADE, related_name="quotas"
    )
    subscription = models.ForeignKey(
        "billing.Subscription", null=True, blank=True, on_delete=models.CASCADE, related_name="quotas"
    )
    metric = models.CharField(max_length=16, choices=QuotaMetric, default=QuotaMetric.REQUESTS)
    period = models.CharField(max_length=16, choices=QuotaPeriod, default=QuotaPeriod.MONTH)
    limit = models.BigIntegerField(null=True, blank=True, help_text="Empty: without limit.")
    starts_at = models.DateTimeField(null=True, blank=True, help_text="Empty: from the beginning.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: until further notice.")
    note = models.CharField(max_length=500, blank=True)

    objects: ClassVar[QuotaQuerySet] = QuotaQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "How much people and projects may use a period"
        constraints = [
            known("quota_metric", "metric", QuotaMetric),
            known("quota_period", "period", QuotaPeriod),
            models.CheckConstraint(
                name="quota_of_somebody",
                condition=Q(person__isnull=False) | Q(project__isnull=False),
                violation_error_message="Choose a person, a project, or both.",
            ),
            models.CheckConstraint(
                name="quota_limit_not_negative", condition=Q(limit__isnull=True) | Q(limit__gte=0)
            ),
            models.CheckConstraint(
                name="quota_ends_after_start",
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                violation_error_message="It cannot end before it starts.",
            ),
            models.CheckConstraint(
                name="quota_subscription_period",
                condition=~Q(period="subscription") | Q(subscription__isnull=False),
                violation_error_message="Choose the subscription whose period counts.",
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="quota_latest_idx")]

    def __str__(self) -> str:
        if self.limit is None:
            amount = "no limit of cost" if self.metric == QuotaMetric.COST else f"no limit of {self.metric}"
        elif self.metric == QuotaMetric.COST:
            amount = exact_money_text(from_nanos(self.limit))
        else:
            amount = f"{self.limit:,} {self.metric}"
        return f"{amount} {_EACH[QuotaPeriod(self.period)]}"

    def clean(self) -> None:
        super().clean()
        if self.subscription and self.person_id and self.subscription.person_id != self.person_id:
            raise ValidationError({"subscription": "This is somebody else’s subscription."})
