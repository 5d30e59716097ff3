from typing import Any

from django.forms import ModelForm
from django.utils import timezone

from billing.models import ModelPrice
from billing.models.model_price import RATES
from billing.pricing.providers import canonical_provider


class OverrideForm(ModelForm):  # type: ignore[type-arg]
    """A new override: from now on unless told otherwise, for all projects unless one is named."""

    class Meta:
        model = ModelPrice
        fields = (
            "provider",
            "model",
            "variant",
            "project",
            "valid_from",
            "valid_to",
            "note",
            *RATES,
            "context_tiers",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.instance.origin = ModelPrice.Origin.OVERRIDE
        self.initial.setdefault("valid_from", timezone.now().replace(second=0, microsecond=0))

    def clean_provider(self) -> str:
        """The slug that calls carry: “OpenAI” means openai."""
        return canonical_provider(self.cleaned_data["provider"])
