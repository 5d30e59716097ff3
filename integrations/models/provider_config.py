from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from core.declarations import known, not_negative, recent_indexes
from core.encryption import EncryptedTextField, Secret
from core.models import BaseModel, ProjectScopedModel
from integrations.querysets import ProviderConfigQuerySet, ProviderModelQuerySet
from projects.querysets import ContentQuerySet


class ProviderConfigKind(models.TextChoices):
    OPENAI = "openai", "OpenAI"
    ANTHROPIC = "anthropic", "Anthropic"
    GOOGLE = "google", "Google"
    DEEPSEEK = "deepseek", "DeepSeek"
    OPENROUTER = "openrouter", "OpenRouter"
    OLLAMA = "ollama", "Ollama"
    CUSTOM = "custom", "Custom"


class ProviderConfig(BaseModel):
    """How a person, or the installation, reaches a provider: address, key, default model.

    The key is encrypted at rest, is never shown again, and reads as its last four letters.
    """

    Kind = ProviderConfigKind

    person = models.ForeignKey(
        "accounts.Person",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="provider_configs",
        help_text="Whose it is. Empty: the installation's.",
    )
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=ProviderConfigKind, default=ProviderConfigKind.CUSTOM)
    provider = models.CharField(max_length=64, help_text="Provider slug, such as anthropic.")
    base_url = models.CharField("base URL", max_length=1000, blank=True)
    default_model = models.CharField(max_length=200, blank=True)
    api_key = EncryptedTextField("API key", blank=True, editable=False)
    api_key_last4 = models.CharField("API key", max_length=4, blank=True, editable=False)
    has_source_key = models.BooleanField(
        default=False, editable=False, help_text="The source holds a key that was not taken over."
    )
    is_active = models.BooleanField(default=True)
    is_default = models.BooleanField(
        default=False, help_text="What the person's models use when nothing else is said."
    )
    settings = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ProviderConfigQuerySet] = ProviderConfigQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "How people reach providers"
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(is_default=True, is_active=True),
                name="provider_config_one_default",
                violation_error_message="This person has an active default config already.",
            ),
            # The constraint above does not compare rows without a person: nulls differ from each other.
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(person__isnull=True, is_default=True, is_active=True),
                name="provider_config_one_installation",
                violation_error_message="The installation has an active default config already.",
            ),
            known("provider_config_kind", "kind", ProviderConfigKind),
            models.CheckConstraint(name="provider_config_is_named", condition=~Q(name="")),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="provider_config_latest_idx")]

    def __str__(self) -> str:
        return self.name

    @sensitive_variables()
    def set_api_key(self, key: str) -> None:
        """Take `key`, or no key for "", and what people may see of it. The caller saves."""
        secret = Secret(key)
        self.api_key = secret if key else ""
        self.api_key_last4 = secret.last4

    set_api_key.alters_data = True  # type: ignore[attr-defined]


class ProviderModel(BaseModel):
    """A model that a config offers."""

    config = models.ForeignKey(ProviderConfig, on_delete=models.CASCADE, related_name="provider_models")
    model = models.CharField(max_length=200)
    display_name = models.CharField(max_length=200, blank=True)
    is_enabled = models.BooleanField(default=True)
    context_window = models.BigIntegerField(null=True, blank=True, help_text="Tokens.")
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[ProviderModelQuerySet] = ProviderModelQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Models that provider configs offer"
        constraints = [
            models.UniqueConstraint(
                fields=["config", "model"],
                name="provider_model_once",
                violation_error_message="The config offers this model already.",
            ),
            models.CheckConstraint(name="provider_model_is_named", condition=~Q(model="")),
            *not_negative("provider_model", "context_window"),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="provider_model_latest_idx")]

    def __str__(self) -> str:
        return self.display_name or self.model


class AgentProvider(ProjectScopedModel):
    """The provider config with which an agent speaks. A config that an agent uses cannot be deleted."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="agent_providers", db_index=False
    )
    agent = models.ForeignKey("projects.Agent", on_delete=models.CASCADE, related_name="providers")
    config = models.ForeignKey(ProviderConfig, on_delete=models.PROTECT, related_name="agents")
    model = models.CharField(max_length=200, blank=True, help_text="Empty: the config's default.")

    objects: ClassVar[ContentQuerySet] = ContentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "With which provider config an agent speaks"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "agent"],
                name="agent_provider_once",
                violation_error_message="The agent has a config already.",
            ),
        ]
        indexes = recent_indexes("agent_provider", "created_at")

    def __str__(self) -> str:
        return f"Provider of agent {self.agent_id.hex[-8:]}"
