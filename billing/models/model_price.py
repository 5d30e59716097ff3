"""The price book's versions."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from billing.querysets import ModelPriceQuerySet
from core.fields import NanoUsdField
from core.models import BaseModel

TOKEN_RATES = (
    "input_per_mtok",
    "cache_read_per_mtok",
    "cache_write_per_mtok",
    "cache_write_1h_per_mtok",
    "input_audio_per_mtok",
    "cache_read_audio_per_mtok",
    "output_per_mtok",
    "reasoning_per_mtok",
    "output_audio_per_mtok",
)
UNIT_RATES = ("web_search_per_1k", "request_per_1k")
RATES = (*TOKEN_RATES, *UNIT_RATES)


class ModelPrice(BaseModel):
    """A version of a model's price: dollars per million tokens by kind, from one moment to another.

    Never edited: a change is a new version, and the old one ends where it starts. Two versions for the
    same provider, model, variant and project never overlap. A rate that is empty falls back: cache rates and
    input audio to input, the 1 h cache write to cache write, reasoning and output audio to output; an
    empty input or output rate means that the model does not bill it.
    """

    class Origin(models.TextChoices):
        CATALOG = "catalog", "Catalogue"
        OVERRIDE = "override", "Override"

    provider = models.CharField(max_length=64, help_text="Provider slug, such as anthropic.")
    model = models.CharField(
        max_length=200, help_text="The catalogue's model id, or for an override the model string as reported."
    )
    variant = models.CharField(
        max_length=100, blank=True,
        help_text="Service tier or condition: flex, priority, batch, 16:30-00:30Z…; empty is the standard price.",
    )
    project = models.ForeignKey(
        "projects.Project", null=True, blank=True, on_delete=models.PROTECT, related_name="prices",
        help_text="An override for one project alone; empty: for all.",
    )
    valid_from = models.DateTimeField(help_text="From this moment, inclusive.")
    valid_to = models.DateTimeField(null=True, blank=True, help_text="Until this moment, exclusive; empty: until further notice.")
    currency = models.CharField(max_length=3, default="USD", editable=False)

    input_per_mtok = NanoUsdField("input, $ per million", null=True, blank=True)
    cache_read_per_mtok = NanoUsdField("cache read, $ per million", null=True, blank=True)
    cache_write_per_mtok = NanoUsdField("cache write (5 min), $ per million", null=True, blank=True)
    cache_write_1h_per_mtok = NanoUsdField("cache write (1 h), $ per million", null=True, blank=True)
    input_audio_per_mtok = NanoUsdField("input audio, $ per million", null=True, blank=True)
    cache_read_audio_per_mtok = NanoUsdField("cached audio, $ per million", null=True, blank=True)
    output_per_mtok = NanoUsdField("output, $ per million", null=True, blank=True)
    reasoning_per_mtok = NanoUsdField("reasoning, $ per million", null=True, blank=True)
    output_audio_per_mtok = NanoUsdField("output audio, $ per million", null=True, blank=True)
    web_search_per_1k = NanoUsdField("web search, $ per thousand", null=True, blank=True)
    request_per_1k = NanoUsdField("requests, $ per thousand", null=True, blank=True)
    context_tiers = models.JSONField(
        default=list, blank=True,
        help_text='Rates of long prompts, ascending: [{"above_input_tokens": 200000, "input_per_mtok": "6.00", …}]. '
        "A prompt strictly longer than the threshold pays the tier's rates on all of its tokens.",
    )

    origin = models.CharField(max_length=16, choices=Origin)
    catalog_version = models.CharField(max_length=64, blank=True, help_text="Such as genai-prices 0.2.3.")
    note = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ModelPriceQuerySet] = ModelPriceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Versions of model prices"
        verbose_name = "price"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "model", "variant", "project", "origin", "valid_from"],
                nulls_distinct=False, name="price_version_once",
            ),
            models.CheckConstraint(
                name="price_period_not_empty", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message="The price must end after it begins.",
            ),
            *(
                models.CheckConstraint(
                    name=f"price_{rate}_not_negative",
                    condition=Q(**{f"{rate}__isnull": True}) | Q(**{f"{rate}__gte": 0}),
                    violation_error_message="A price is not negative.",
                )
                for rate in RATES
            ),
            models.CheckConstraint(name="price_origin_known", condition=Q(origin__in=["catalog", "override"])),
            models.CheckConstraint(name="price_in_dollars", condition=Q(currency="USD")),
        ]

    def __str__(self) -> str:
        variant = f" ({self.variant})" if self.variant else ""
        return f"{self.provider} {self.model}{variant} from {self.valid_from:%-d %b %Y}"

    def clean(self) -> None:
        super().clean()
        self.provider = self.provider.strip().lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
