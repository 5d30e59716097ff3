"""Staff who sign in."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, AnonymousUser, UserManager
from django.db import models
from django.db.models.functions import Lower

from accounts.querysets import UserQuerySet
from core.ids import new_id
from core.permissions import Action, may_everywhere


class EmailUserManager(UserManager["User"]):
    """Makes users by e-mail; finds them whatever the case of the address."""

    use_in_migrations = False

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":  # type: ignore[override]
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":  # type: ignore[override]
        return self.create_user(email, password, **{"role": User.Role.OWNER, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: "User | AnonymousUser") -> UserQuerySet:
        return self.get_queryset().visible_to(user)


class User(AbstractUser):
    """Somebody of the staff, who signs in with an e-mail address.

    What they see follows from `role` (the installation's) and from their memberships (each project's).
    """

    class Role(models.TextChoices):
        MEMBER = "member", "Member: sees the projects they belong to"
        AUDITOR = "auditor", "Auditor: reads everything"
        FINANCE = "finance", "Finance: reads all spend"
        OWNER = "owner", "Owner: reads and changes everything"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.MEMBER)
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        help_text="IANA name, such as Europe/Berlin. Empty: the installation's first zone.",
    )
    is_staff = models.BooleanField("may sign in to the dashboard", default=True)

    objects: ClassVar[EmailUserManager] = EmailUserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table_comment = "Staff who sign in"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_any_case",
                violation_error_message="Somebody signs in with this e-mail address already.",
            ),
            models.CheckConstraint(
                name="user_role_known", condition=models.Q(role__in=["member", "auditor", "finance", "owner"])
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.is_superuser = self.role == self.Role.OWNER
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def sees_all_projects(self) -> bool:
        """Whether an installation role opens every project to this user."""
        return may_everywhere(self, Action.VIEW_SPEND)

    @property
    def is_owner(self) -> bool:
        return self.is_active and self.role == self.Role.OWNER
