from typing import Any

from django import forms

from billing.models import Subscription


class SubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Offers the statuses that may follow the present one."""

    class Meta:
        model = Subscription
        fields = (
            "person",
            "plan",
            "status",
            "provider",
            "external_id",
            "period_start",
            "period_end",
            "cancel_at_period_end",
            "cancelled_at",
            "ends_at",
            "ended_at",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = self.fields.get("status")
        if status is not None and not self.instance._state.adding:
            present = str(self.instance.status)
            allowed = {present, *Subscription.machine.steps[present]}
            choices = [choice for choice in Subscription.Status.choices if choice[0] in allowed]
            status.choices = choices  # type: ignore[attr-defined]
