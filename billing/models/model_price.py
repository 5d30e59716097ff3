"""The price book's versions."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from billing.models.context_tiers import validate_context_tiers
from billing.querysets import FrozenPriceError, ModelPriceQuerySet
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

    Never edited: a change is a new version, and the old one ends where it starts. Two versions for the same
    provider, model, variant, project and origin never overlap. A rate that is empty falls back: cache rates
    and input audio to input, the 1 h cache write to cache write, cached audio to cache read, reasoning and
    output audio to output; an empty input or output rate means that the model does not bill it.
    """

    is_reference_table: ClassVar[bool] = True

    class Origin(models.TextChoices):
        CATALOG = "catalog", "Catalogue"
        OVERRIDE = "override", "Override"

    provider = models.CharField(max_length=64, help_text="Provider slug, such as anthropic.")
    model = models.CharField(
        max_length=200, help_text="The catalogue's model id, or for an override the model string as reported."
    )
    variant = models.CharField(
        max_length=100,
        blank=True,
        help_text="Service tier, daily hours in UTC, or both: flex, batch, 16:30-00:30Z. Empty is the "
        "catalogue's standard price, or for an override the price of all tiers and hours that have no "
        "override of their own.",
    )
    project = models.ForeignKey(
        "projects.Project",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="prices",
        help_text="An override for one project alone; empty: for all.",
    )
    valid_from = models.DateTimeField(help_text="From this moment, inclusive.")
    valid_to = models.DateTimeField(
        null=True, blank=True, help_text="Until this moment, exclusive; empty: until further notice."
    )
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
        default=list,
        blank=True,
        help_text="Rates of long prompts, ascending: "
        '[{"above_input_tokens": 200000, "input_per_mtok": "6.00", …}]. '
        "A prompt strictly longer than the threshold pays the tier's rates on all of its tokens.",
    )

    origin = models.CharField(max_length=16, choices=Origin)
    catalog_version = models.CharField(max_length=64, blank=True, help_text="Such as genai-prices 0.2.3.")
    note = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    _as_recorded: Mapping[str, Any] = {}
    """Columns as the database has them."""

    objects: ClassVar[ModelPriceQuerySet] = ModelPriceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Versions of model prices"
        verbose_name = "price"
        constraints = [
            # Two, because SQLite takes every null for a value of its own. They also serve the price book,
            # which reads all versions of a provider's model. That versions do not overlap is held by an
            # exclusion constraint (PostgreSQL, migration 0002) and by triggers (SQLite, price_triggers.py).
            models.UniqueConstraint(
                fields=["provider", "model", "variant", "origin", "valid_from"],
                condition=Q(project__isnull=True),
                name="price_general_version_once",
                violation_error_message="A version of this price begins at that moment already.",
            ),
            models.UniqueConstraint(
                fields=["provider", "model", "variant", "origin", "valid_from", "project"],
                condition=Q(project__isnull=False),
                name="price_project_version_once",
                violation_error_message="A version of this price begins at that moment already.",
            ),
            models.CheckConstraint(
                name="price_period_not_empty",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                violation_error_message="The price must end after it begins.",
            ),
            models.CheckConstraint(
                name="price_names_its_model",
                condition=~Q(provider="") & ~Q(model=""),
                violation_error_message="Name the provider and the model.",
            ),
            models.CheckConstraint(
                name="price_has_a_rate",
                condition=reduce(or_, (Q(**{f"{rate}__isnull": False}) for rate in RATES)),
                violation_error_message="Give at least one rate; 0 says that the model costs nothing.",
            ),
            *(
                models.CheckConstraint(
                    name=f"price_{rate}_not_negative",
                    condition=Q(**{f"{rate}__isnull": True}) | Q(**{f"{rate}__gte": 0}),
                    violation_error_message="A price is not negative.",
                )
                for rate in RATES
            ),
            models.CheckConstraint(
                name="price_origin_known", condition=Q(origin__in=["catalog", "override"])
            ),
            models.CheckConstraint(
                name="price_of_catalog_is_general",
                condition=~Q(origin="catalog") | Q(project__isnull=True),
                violation_error_message="A catalogue price holds for all projects.",
            ),
            models.CheckConstraint(name="price_in_dollars", condition=Q(currency="USD")),
        ]

    def __str__(self) -> str:
        variant = f" ({self.variant})" if self.variant else ""
        return f"{self.provider} {self.model}{variant} from {self.valid_from:%-d %b %Y}"

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        price = super().from_db(*args, **kwargs)
        price._as_recorded = price._columns()
        return price

    def covers(self, moment: datetime) -> bool:
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)

    def clean(self) -> None:
        """Sound context tiers, no overlap. An open version that this one would close is no overlap."""
        super().clean()
        self.provider = self.provider.strip().lower()
        self.model = self.model.strip()
        self.variant = self.variant.strip()
        if self.origin == self.Origin.OVERRIDE:
            # The price book compares names whatever their case; the catalogue's own ids keep theirs.
            self.model = self.model.lower()
        validate_context_tiers(self.context_tiers, RATES)
        if self.valid_from is None or (self.valid_to is not None and self.valid_to <= self.valid_from):
            return
        closed = self.version_to_close()
        rivals = self._versions().overlapping(self.valid_from, self.valid_to)
        rival = rivals.exclude(pk=closed.pk if closed else None).order_by("valid_from").first()
        if rival is not None:
            since = f"{rival.valid_from:%-d %b %Y %H:%M} UTC"
            until = f"{rival.valid_to:%-d %b %Y %H:%M} UTC" if rival.valid_to else "further notice"
            raise ValidationError(
                {
                    "valid_from": f"Another version holds from {since} until {until}. "
                    "Begin this one after it, or end this one before it."
                }
            )

    def version_to_close(self) -> "ModelPrice | None":
        """The open version of the same price that this new override, beginning inside it, supersedes."""
        if not self._state.adding or self.origin != self.Origin.OVERRIDE:
            return None
        return self._versions().filter(valid_to__isnull=True, valid_from__lt=self.valid_from).first()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self._check_frozen()
        super().save(*args, **kwargs)
        self._as_recorded = self._columns()

    def _versions(self) -> ModelPriceQuerySet:
        """The other versions of the same price."""
        return ModelPrice.objects.filter(
            provider=self.provider,
            model=self.model,
            variant=self.variant,
            project=self.project_id,
            origin=self.origin,
        ).exclude(pk=self.pk)

    def _columns(self) -> dict[str, Any]:
        """Loaded columns as they are stored."""
        fields = (field for field in self._meta.concrete_fields if field.attname in self.__dict__)
        return {field.name: deepcopy(field.get_prep_value(self.__dict__[field.attname])) for field in fields}

    def _check_frozen(self) -> None:
        now = self._columns()
        for name, recorded in self._as_recorded.items():
            if name in ModelPriceQuerySet.MUTABLE or now[name] == recorded:
                continue
            if name == "valid_to" and recorded is None:
                continue
            raise FrozenPriceError(name)
