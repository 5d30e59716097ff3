from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.querysets import PersonLinkedQuerySet
from core.encryption import EncryptedTextField
from core.models import BaseModel


class LinkedAccount(BaseModel):
    """A person's account at another service, such as GitHub or Vercel."""

    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="linked_accounts")
    provider = models.CharField(max_length=64, help_text="The service, such as github.")
    external_id = models.CharField(max_length=255, blank=True, help_text="The account's id there.")
    username = models.CharField(max_length=255, blank=True)
    team_id = models.CharField(max_length=255, blank=True)
    scope = models.TextField(blank=True)
    access_token = EncryptedTextField(blank=True, editable=False)
    has_source_secret = models.BooleanField(
        default=False, editable=False, help_text="The source holds secrets that were not taken over."
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects: ClassVar[PersonLinkedQuerySet] = PersonLinkedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "People's accounts at other services"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "provider", "external_id"],
                name="linked_account_once",
                violation_error_message="This account is linked already.",
            ),
            models.CheckConstraint(name="linked_account_names_provider", condition=~Q(provider="")),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="linked_account_latest_idx")]

    def __str__(self) -> str:
        return f"{self.provider} {self.username or self.external_id}".strip()
