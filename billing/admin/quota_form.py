from decimal import Decimal
from typing import Any

from django import forms

from billing.models import Quota
from core.fields import MAX_NANOS, NANOS, from_nanos, to_nanos


class QuotaForm(forms.ModelForm):  # type: ignore[type-arg]
    """A limit of cost is typed in dollars, and kept in nanodollars."""

    limit = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_digits=28,
        decimal_places=9,
        help_text="Requests, tokens, or US dollars. Empty: without limit.",
    )

    class Meta:
        model = Quota
        fields = (
            "person",
            "project",
            "metric",
            "limit",
            "period",
            "subscription",
            "starts_at",
            "ends_at",
            "note",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = self.instance.limit
        if limit is not None and self.instance.metric == Quota.Metric.COST:
            self.initial["limit"] = format(from_nanos(limit).normalize(), "f")

    def _get_validation_exclusions(self) -> set[str]:
        """A project that is only shown counts as well: a quota is of a person, of a project, or of both."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded if "project" in self.fields else excluded - {"project"}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        amount = values.get("limit")
        if amount is not None:
            if values.get("metric") == Quota.Metric.COST:
                if amount * NANOS > MAX_NANOS:
                    self.add_error("limit", "This is more than can be kept: 9.2 billion dollars at most.")
                else:
                    values["limit"] = to_nanos(amount)
            elif amount != amount.to_integral_value() or amount > MAX_NANOS:
                self.add_error("limit", "Requests and tokens are whole numbers.")
            else:
                values["limit"] = int(amount)
        return values
