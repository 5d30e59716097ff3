from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.declarations import known
from core.models import BaseModel
from projects.models.membership import Membership
from projects.querysets import InvitationQuerySet


class Invitation(BaseModel):
    """Somebody was asked to join: by a link that opens once, of which only the hash is kept."""

    is_reference_table: ClassVar[bool] = True

    email = models.EmailField("e-mail address", max_length=254)
    role = models.CharField(
        "role on the installation", max_length=16, choices=User.Role, default=User.Role.MEMBER
    )
    project = models.ForeignKey(
        "projects.Project", null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    project_role = models.CharField("role on the project", max_length=16, choices=Membership.Role, blank=True)
    invited_by = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="invitations_made")
    token_hash = models.BinaryField(max_length=32, editable=False, help_text="SHA-256 of the link's token.")
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When its e-mail was handed over.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        "accounts.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="invitations_accepted",
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "Who was asked to join, as what, and by whom; hashes of links only"
        constraints = [
            models.UniqueConstraint(fields=["token_hash"], name="invitation_token_unique"),
            known("invitation_role", "role", User.Role),
            models.CheckConstraint(
                name="invitation_project_role_known",
                condition=Q(project_role="") | Q(project_role__in=sorted(Membership.Role.values)),
            ),
            models.CheckConstraint(
                name="invitation_role_needs_project",
                condition=Q(project__isnull=True, project_role="")
                | (Q(project__isnull=False) & ~Q(project_role="")),
                violation_error_message="A project and a role on it go together.",
            ),
            models.CheckConstraint(
                name="invitation_gives_something",
                condition=Q(project__isnull=False) | ~Q(role="member"),
                violation_error_message="A member sees nothing: choose a project, or another role.",
            ),
            models.CheckConstraint(
                name="invitation_ends_once",
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="invitation_latest_idx")]

    def __str__(self) -> str:
        return self.email
