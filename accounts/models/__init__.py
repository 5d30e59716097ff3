from accounts.models.audit import AuditEntry, AuditHead
from accounts.models.erasure import Erasure
from accounts.models.person import Person
from accounts.models.user import User

__all__ = ["AuditEntry", "AuditHead", "Erasure", "Person", "User"]
