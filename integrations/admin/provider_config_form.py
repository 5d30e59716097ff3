"""The form of a provider config: its key goes in and never comes out."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

from core.encryption import can_encrypt
from core.outgoing.addresses import validate_outgoing_address
from integrations.models import ProviderConfig

_NO_RING = "Set ENCRYPTION_KEYS before storing a key: secrets are kept encrypted."


class ProviderConfigForm(forms.ModelForm):  # type: ignore[type-arg]
    """An empty key keeps the one that is stored. To become the default is a switch, made when it is saved."""

    new_api_key = forms.CharField(
        label="New API key",
        required=False,
        max_length=10_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    remove_api_key = forms.BooleanField(label="Remove the API key", required=False)

    class Meta:
        model = ProviderConfig
        fields = (
            "person",
            "name",
            "kind",
            "provider",
            "base_url",
            "default_model",
            "is_active",
            "is_default",
            "settings",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.becomes_default = False
        if "new_api_key" in self.fields:
            self.fields["new_api_key"].help_text = (
                "Leave it empty to keep the key that is stored." if can_encrypt() else _NO_RING
            )

    @sensitive_variables()
    def clean_new_api_key(self) -> str:
        key = str(self.cleaned_data["new_api_key"])
        if key and not can_encrypt():
            raise ValidationError(_NO_RING)
        return key

    def clean_base_url(self) -> str:
        address = str(self.cleaned_data["base_url"])
        # What a source said may stay as it is: it is judged again when it is asked.
        if address and "base_url" in self.changed_data:
            validate_outgoing_address(address)
        return address

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("new_api_key") and values.get("remove_api_key"):
            self.add_error("remove_api_key", "Give a new key or remove the old one, not both.")
        if values.get("is_default") and values.get("is_active"):
            self.becomes_default = True
            # Saved as none first: the one that is the default until now stands down in the same transaction.
            values["is_default"] = False
        return values

    @sensitive_variables()
    def _save_key(self) -> None:
        if self.cleaned_data.get("remove_api_key"):
            self.instance.set_api_key("")
        elif key := self.cleaned_data.get("new_api_key"):
            self.instance.set_api_key(key)

    def save(self, commit: bool = True) -> Any:
        self._save_key()
        return super().save(commit)
