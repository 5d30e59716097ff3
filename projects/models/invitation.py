from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import BaseModel
from projects.models.membership import Membership
from projects.querysets import InvitationQuerySet


class Invitation(BaseModel):
    """An account that waits for somebody to take it: sent by e-mail, good once and for a few days.

    Only the hash of its link is kept. It gives a role on the installation, and one in the project it names.
    """

    is_reference_table: ClassVar[bool] = True

    email = models.EmailField("e-mail address", max_length=254)
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=16, default="member", help_text="On the installation.")
    project = models.ForeignKey(
        "projects.Project", null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    project_role = models.CharField(max_length=16, choices=Membership.Role, blank=True)
    token_hash = models.BinaryField(max_length=32, editable=False, help_text="SHA-256 of the link's secret.")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="sent_invitations",
    )
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="invitations",
        help_text="Who took it.",
    )

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Invitations to sign in; hashes of their links only"
        constraints = [
            models.UniqueConstraint(fields=["token_hash"], name="invitation_token_unique"),
            models.CheckConstraint(
                name="invitation_role_known",
                condition=Q(role__in=["member", "auditor", "finance", "owner"]),
            ),
            models.CheckConstraint(
                name="invitation_project_role_known",
                condition=Q(project_role="")
                | Q(project_role__in=["viewer", "analyst", "operator", "manager"]),
            ),
            models.CheckConstraint(
                name="invitation_project_has_role",
                condition=Q(project__isnull=True, project_role="")
                | (Q(project__isnull=False) & ~Q(project_role="")),
                violation_error_message="Choose a project and a role in it, or neither.",
            ),
            models.CheckConstraint(
                name="invitation_ends_once",
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="invitation_latest_idx")]

    def __str__(self) -> str:
        return self.email
