"""The certificate of an erasure."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.querysets import InstallationPeopleQuerySet
from core.models import BaseModel


class Erasure(BaseModel):
    """That a person's content was erased on request: what was, by counts, and that spend stayed the same."""

    is_reference_table: ClassVar[bool] = True

    person_id = models.UUIDField(help_text="The person's id; ledger rows still carry it.")
    person_label = models.CharField(
        max_length=320, blank=True, help_text="The name then; empty when the name was to go too."
    )
    reason = models.CharField(max_length=500, blank=True, help_text="Such as the number of the request.")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="erasures",
    )
    counts = models.JSONField(default=dict, help_text="Rows erased or emptied, by table.")
    calls = models.PositiveBigIntegerField(default=0, help_text="The person's rows of the ledger, all kept.")
    spend_nano = models.BigIntegerField(
        null=True, blank=True, help_text="Their known cost in nanodollars, before and after."
    )
    finished_at = models.DateTimeField(null=True, blank=True, help_text="Empty while it runs.")

    objects: ClassVar[InstallationPeopleQuerySet] = InstallationPeopleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Certificates of erased people's content"
        indexes = [models.Index(fields=["person_id"], name="erasure_person_idx")]

    @property
    def spend(self) -> Decimal | None:
        """US dollars."""
        return None if self.spend_nano is None else Decimal(self.spend_nano).scaleb(-9)

    def __str__(self) -> str:
        return f"Erasure {self.created_at:%Y-%m-%d} {self.person_label}".strip()
