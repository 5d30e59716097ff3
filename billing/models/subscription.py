from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.querysets import PersonLinkedQuerySet
from core.declarations import known
from core.models import BaseModel
from core.transitions import StatefulModel, StateMachine


class SubscriptionStatus(models.TextChoices):
    TRIALING = "trialing", "Trial"
    ACTIVE = "active", "Active"
    PAST_DUE = "past_due", "Past due"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


SUBSCRIPTION_STEPS = StateMachine(
    {
        SubscriptionStatus.TRIALING: [
            SubscriptionStatus.ACTIVE,
            SubscriptionStatus.PAST_DUE,
            SubscriptionStatus.CANCELLED,
            SubscriptionStatus.EXPIRED,
        ],
        SubscriptionStatus.ACTIVE: [
            SubscriptionStatus.PAST_DUE,
            SubscriptionStatus.CANCELLED,
            SubscriptionStatus.EXPIRED,
        ],
        SubscriptionStatus.PAST_DUE: [
            SubscriptionStatus.ACTIVE,
            SubscriptionStatus.CANCELLED,
            SubscriptionStatus.EXPIRED,
        ],
        # A cancelled subscription runs to the end of its period, and may be taken up again before.
        SubscriptionStatus.CANCELLED: [SubscriptionStatus.ACTIVE, SubscriptionStatus.EXPIRED],
        SubscriptionStatus.EXPIRED: [SubscriptionStatus.ACTIVE],
    }
)


class Subscription(StatefulModel, BaseModel):
    """What plan a person pays for, and the period that runs."""

    Status = SubscriptionStatus
    machine = SUBSCRIPTION_STEPS

    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="subscriptions")
    plan = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=SubscriptionStatus, default=SubscriptionStatus.ACTIVE)
    source_status = models.CharField(max_length=50, blank=True, help_text="The source's own word.")
    provider = models.CharField(max_length=64, default="polar", help_text="Who collects the money.")
    external_id = models.CharField(max_length=255, blank=True, help_text="Its id at the provider.")
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    cancel_at_period_end = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[PersonLinkedQuerySet] = PersonLinkedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "What plans people pay for"
        constraints = [
            known("subscription_status", "status", SubscriptionStatus),
            models.CheckConstraint(
                name="subscription_period_runs_forward",
                condition=Q(period_end__gte=F("period_start")),
                violation_error_message="The period cannot end before it starts.",
            ),
            models.UniqueConstraint(
                fields=["provider", "external_id"],
                condition=~Q(external_id=""),
                name="subscription_once_a_provider",
                violation_error_message="This subscription is known already.",
            ),
            models.CheckConstraint(name="subscription_names_plan", condition=~Q(plan="")),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="subscription_latest_idx")]

    def __str__(self) -> str:
        return f"{self.plan} {self.pk.hex[-8:]}"
