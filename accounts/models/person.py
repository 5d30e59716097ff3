"""People of the source systems."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.querysets import PersonQuerySet
from core.models import BaseModel

ERASED_NAME = "Erased person"
"""What people are called everywhere once their content was erased."""


class Person(BaseModel):
    """Somebody in a source system: owner of projects, author of messages, spender of tokens.

    A person is not an account: they sign in only when linked to a user.
    """

    class Kind(models.TextChoices):
        HUMAN = "human", "Human"
        AGENT = "agent", "Agent"
        SERVICE = "service", "Service"

    name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=320, blank=True, help_text="As the source gives it.")
    email_normalized = models.CharField(
        max_length=320,
        blank=True,
        editable=False,
        db_comment="Lower-cased e-mail; several people may share one",
    )
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.HUMAN)
    handle = models.CharField(
        max_length=255, blank=True, help_text="The name it signs in with at its source."
    )
    avatar_url = models.TextField("avatar URL", blank=True)
    preferences = models.JSONField(default=dict, blank=True, help_text="Theme, goals and the like.")
    disabled_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When their content and data were erased on request."
    )
    external_ids = models.JSONField(
        default=dict, blank=True, help_text="Ids in source systems: {source: id}."
    )
    user = models.ForeignKey(
        "accounts.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="people",
        help_text="The account with which this person signs in here, if any.",
    )

    objects: ClassVar[PersonQuerySet] = PersonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "People, agents and services of source systems"
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                name="person_kind_known", condition=Q(kind__in=["human", "agent", "service"])
            ),
            models.CheckConstraint(
                name="person_is_named",
                condition=~(Q(name="") & Q(email="")),
                violation_error_message="Give a name or an e-mail address.",
            ),
        ]
        indexes = [
            # Search by address, and the report of colliding addresses.
            models.Index(fields=["email_normalized"], name="person_email_idx"),
            # The admin's list, newest first.
            models.Index(fields=["-created_at"], name="person_created_idx"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: object, **kwargs: object) -> None:
        self.email_normalized = self.email.strip().lower()
        super().save(*args, **kwargs)  # type: ignore[arg-type]
