from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from billing.querysets import InstallationQuerySet
from core.declarations import known, not_negative
from core.fields import NanoUsdField
from core.models import BaseModel


class ReportKind(models.TextChoices):
    USAGE = "usage", "Usage"
    COST = "cost", "Cost"


class ProviderReportedUsage(BaseModel):
    """One line of a provider's own report of a period: what the ledger is compared with, never added to.

    Input contains cached tokens, output contains reasoning, as in the ledger. Null means that the report does
    not say.
    """

    Kind = ReportKind

    provider = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=ReportKind)
    source = models.CharField(max_length=100, help_text="Who told us.")
    period_start = models.DateTimeField()
    period_end = models.DateTimeField(help_text="The first moment after the period.")
    model = models.CharField(max_length=200, blank=True)
    request_type = models.CharField(max_length=16, blank=True)
    line_item = models.CharField(max_length=200, blank=True, help_text="What was billed, in cost reports.")
    vendor_project = models.CharField(max_length=200, blank=True, help_text="Project or workspace there.")
    vendor_user = models.CharField(max_length=200, blank=True)
    api_key = models.CharField(max_length=200, blank=True, help_text="The key's id or name, never the key.")
    service_tier = models.CharField(max_length=64, blank=True)
    is_batch = models.BooleanField(null=True, blank=True)
    context_window = models.CharField(max_length=64, blank=True)
    region = models.CharField(max_length=64, blank=True)

    requests = models.BigIntegerField(null=True, blank=True)
    input_tokens = models.BigIntegerField(null=True, blank=True)
    cache_read_tokens = models.BigIntegerField(null=True, blank=True)
    cache_write_tokens = models.BigIntegerField(null=True, blank=True)
    cache_write_1h_tokens = models.BigIntegerField(null=True, blank=True)
    output_tokens = models.BigIntegerField(null=True, blank=True)
    input_audio_tokens = models.BigIntegerField(null=True, blank=True)
    output_audio_tokens = models.BigIntegerField(null=True, blank=True)
    web_search_requests = models.BigIntegerField(null=True, blank=True)
    quantity = models.DecimalField(max_digits=30, decimal_places=10, null=True, blank=True)
    quantity_unit = models.CharField(max_length=64, blank=True)
    amount = NanoUsdField(null=True, blank=True, help_text="US dollars; negative for credits.")
    currency = models.CharField(max_length=3, blank=True, help_text="As reported; amounts are US dollars.")

    line_key = models.BinaryField(
        max_length=16, editable=False, help_text="Hash of what names the line: a newer report replaces it."
    )
    raw = models.JSONField(default=dict, blank=True, help_text="The report's own line, untouched.")

    objects: ClassVar[InstallationQuerySet] = InstallationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Lines of providers' own reports; compared with the ledger, never added to it"
        verbose_name = "provider-reported line"
        constraints = [
            models.UniqueConstraint(fields=["line_key"], name="provider_report_line_once"),
            known("provider_report_kind", "kind", ReportKind),
            models.CheckConstraint(
                name="provider_report_period_ordered", condition=Q(period_end__gt=F("period_start"))
            ),
            models.CheckConstraint(name="provider_report_names_provider", condition=~Q(provider="")),
            *not_negative(
                "provider_report",
                "requests",
                "input_tokens",
                "cache_read_tokens",
                "cache_write_tokens",
                "cache_write_1h_tokens",
                "output_tokens",
                "input_audio_tokens",
                "output_audio_tokens",
                "web_search_requests",
            ),
        ]
        indexes = [
            # Comparisons of a period, by provider.
            models.Index(fields=["provider", "period_start"], name="provider_report_period_idx"),
            # The admin's list, newest period first.
            models.Index(fields=["-period_start", "-id"], name="provider_report_latest_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.model or self.line_item}, {self.period_start:%Y-%m-%d}"
