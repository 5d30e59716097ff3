"""Who did what, when and from where: append-only, and chained so that a change shows."""

from typing import ClassVar

from django.db import models

from accounts.querysets import AuditQuerySet
from core.declarations import known
from core.models import BaseModel


class AuditAction(models.TextChoices):
    ADDED = "added", "Added"
    CHANGED = "changed", "Changed"
    DELETED = "deleted", "Deleted"
    RESTORED = "restored", "Restored"
    DECIDED = "decided", "Decided"
    CLOSED = "closed", "Closed"
    READ = "read", "Read"
    EXPORTED = "exported", "Exported"
    IMPORTED = "imported", "Imported"
    PURGED = "purged", "Purged"
    ERASED = "erased", "Erased"
    INVITED = "invited", "Invited"
    SIGNED_IN = "signed_in", "Signed in"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
    SIGNED_OUT = "signed_out", "Signed out"
    SECURED = "secured", "Changed how one signs in"
    ROTATED = "rotated", "Rotated keys"


class AuditVia(models.TextChoices):
    WEB = "web", "Browser"
    COMMAND = "command", "Command"
    TASK = "task", "Background task"


class AuditEntry(BaseModel):
    """One thing that somebody did. Entries are never changed or deleted; each carries the hash of the last.

    Names are copied: an entry says the same when its actor, its object or its project are gone.
    """

    is_reference_table: ClassVar[bool] = True
    Action = AuditAction
    Via = AuditVia

    position = models.BigIntegerField(unique=True, help_text="1 for the first entry; no number is left out.")
    occurred_at = models.DateTimeField()
    actor = models.ForeignKey(
        "accounts.User",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="audit_entries",
    )
    actor_label = models.CharField(max_length=255, help_text="The account's e-mail, or the operator's name.")
    via = models.CharField(max_length=16, choices=AuditVia)
    address = models.CharField(max_length=45, blank=True, help_text="The IP address it came from.")
    agent = models.CharField("browser", max_length=300, blank=True, help_text="Browser, or command.")
    action = models.CharField(max_length=16, choices=AuditAction)
    target_model = models.CharField(max_length=100, blank=True, help_text="Such as projects.project.")
    target_id = models.CharField(max_length=64, blank=True)
    target_label = models.CharField(max_length=255, blank=True)
    project_id = models.UUIDField(null=True, blank=True, help_text="The project it was done in, if any.")
    project_label = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True, blank=True, help_text="Changed fields as they were; no secrets.")
    after = models.JSONField(null=True, blank=True, help_text="Changed fields as they became; no secrets.")
    detail = models.JSONField(default=dict, blank=True)
    key_id = models.CharField(max_length=16, help_text="Which key of AUDIT_KEYS made the hash.")
    previous_hash = models.CharField(max_length=64, help_text="The entry before; 0s for the first.")
    hash = models.CharField(max_length=64, help_text="HMAC-SHA256 over all of the above, in hexadecimals.")

    objects: ClassVar[AuditQuerySet] = AuditQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "What people did here; append-only and hash-chained"
        verbose_name_plural = "audit entries"
        constraints = [
            known("audit_entry_via", "via", AuditVia),
            known("audit_entry_action", "action", AuditAction),
            models.CheckConstraint(name="audit_entry_position_counts", condition=models.Q(position__gte=1)),
        ]
        indexes = [
            models.Index(fields=["actor", "-position"], name="audit_entry_actor_idx"),
            models.Index(fields=["project_id", "-position"], name="audit_entry_project_idx"),
            models.Index(fields=["action", "-position"], name="audit_entry_action_idx"),
            models.Index(fields=["target_model", "target_id", "-position"], name="audit_entry_target_idx"),
            models.Index(fields=["-occurred_at"], name="audit_entry_time_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label}: {self.get_action_display().lower()} {self.target_label}".strip()


class AuditHead(BaseModel):
    """The last entry of the chain, signed: without it, entries cut from the end would not be missed.

    One row. It also makes writers take turns.
    """

    is_reference_table: ClassVar[bool] = True

    position = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16, blank=True)
    signature = models.CharField(max_length=64, blank=True, help_text="HMAC-SHA256 over position and hash.")

    objects: ClassVar[AuditQuerySet] = AuditQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table_comment = "The signed end of the audit chain; one row"

    def __str__(self) -> str:
        return f"Entry {self.position}"
