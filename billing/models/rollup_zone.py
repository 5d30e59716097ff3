from typing import ClassVar

from django.db import models
from django.db.models import Q

from billing.querysets import StaffQuerySet
from core.models import BaseModel


class RollupZone(BaseModel):
    """A time zone whose days the rollups keep.

    Writers add to every zone that stands here. Reports read a zone only once it is built, so that a zone
    added to REPORTING_TIME_ZONES later never shows half a history: rebuild_rollups fills it first.
    """

    zone = models.CharField(max_length=64, help_text="IANA name.")
    built_at = models.DateTimeField(
        null=True, blank=True, help_text="When its history was complete; empty: not yet."
    )
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last compared with the ledger."
    )
    drift = models.PositiveIntegerField(
        default=0, help_text="Sums that differed from the ledger at that check."
    )

    objects: ClassVar[StaffQuerySet] = StaffQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Time zones whose days the rollups keep"
        ordering = ["zone"]
        constraints = [
            models.UniqueConstraint(fields=["zone"], name="rollup_zone_once"),
            models.CheckConstraint(name="rollup_zone_is_named", condition=~Q(zone="")),
        ]

    def __str__(self) -> str:
        return self.zone
