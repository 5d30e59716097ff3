"""Making and changing staff accounts."""

from typing import Any

from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.forms import ModelForm

from accounts.models import User
from core.zones import is_zone


class _KnownZone:
    """Refuses a time zone that nobody knows; empty means the installation's."""

    def clean_time_zone(self: "ModelForm[User]") -> str:  # type: ignore[misc]
        zone: str = self.cleaned_data["time_zone"]
        if zone and not is_zone(zone):
            raise ValidationError("Not an IANA time zone, such as Europe/Berlin.")
        return zone


class StaffCreationForm(_KnownZone, AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name", "role", "time_zone")


class StaffChangeForm(_KnownZone, UserChangeForm):  # type: ignore[type-arg]
    """Also sees to it that an owner is left who can sign in."""

    class Meta:
        model = User
        fields = ("email", "name", "role", "time_zone", "is_active", "is_staff", "password")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data
        stays_owner = data.get("role") == User.Role.OWNER and data.get("is_active") and data.get("is_staff")
        if self.instance.is_owner and not stays_owner:
            # Held until the form is saved: two owners who demote each other at once take turns.
            owners = User.objects.filter(role=User.Role.OWNER, is_active=True, is_staff=True).order_by("pk")
            if {owner.pk for owner in owners.select_for_update()} <= {self.instance.pk}:
                raise ValidationError(
                    "This is the last owner who can sign in: make somebody else an owner first."
                )
        return cleaned
