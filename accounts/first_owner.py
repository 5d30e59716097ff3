"""The first owner of a new installation: by a link that is printed once, never by a default password."""

from django.core import signing
from django.db import connection, transaction

from accounts.audit.record import record
from accounts.models import User
from accounts.models.audit import AuditAction

GOOD_FOR_S = 24 * 3600
_SALT = "countinghouse first owner"
_LOCK = 0x6F776E6572
"""Two who open the link at once take turns."""


class OwnerExistsError(Exception):
    """There is an owner who can sign in: owners make further accounts."""


def has_owner() -> bool:
    return User.objects.filter(role=User.Role.OWNER, is_active=True, is_staff=True).exists()


def link_token() -> str:
    """What the link carries; raises OwnerExistsError when nobody needs one."""
    if has_owner():
        raise OwnerExistsError
    return signing.dumps("first owner", salt=_SALT)


def is_good(token: str) -> bool:
    """Whether the link may still make an owner."""
    try:
        signing.loads(token, salt=_SALT, max_age=GOOD_FOR_S)
    except signing.BadSignature:
        return False
    return not has_owner()


def make_first_owner(token: str, email: str, name: str, password: str) -> User:
    """Raises OwnerExistsError when the link is no longer good, ValidationError for a bad address."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not is_good(token):
            raise OwnerExistsError
        user = User.objects.create_superuser(email, password, name=name)
        record(AuditAction.ADDED, user, detail={"by": "the first owner's link"})
    return user
