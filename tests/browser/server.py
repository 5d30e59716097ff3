"""The product as an operator starts it, with demo data."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import Installation

_EMAIL = "owner@example.com"
ROLES = ("stranger", "viewer", "analyst", "operator", "manager", "finance", "auditor", "owner")
_PEOPLE = """
import os
from accounts.models import User
from projects.models import Membership, Project

project = Project.objects.filter(is_demo=True).order_by("name").first()
for role in {roles!r}:
    of_installation = role if role in {{"finance", "auditor"}} else "member"
    password = os.environ["DJANGO_SUPERUSER_PASSWORD"]
    user = User.objects.create_user(f"{{role}}@example.com", password, name=role, role=of_installation)
    if role in Membership.Role.values:
        Membership.objects.create(user=user, project=project, role=role)
User.objects.create_user("passkeys@example.com", os.environ["DJANGO_SUPERUSER_PASSWORD"])
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running installation, the owner's account in it, one of each role and one for passkeys, all with one
    password."""

    url: str
    email: str
    password: str

    def address_of(self, role: str) -> str:
        return f"{role}@example.com"


@contextmanager
def serve(home: Path) -> Iterator[Server]:
    """An installation in `home` with 45 days of demo data, served until the block ends."""
    password = secrets.token_urlsafe(16)
    installation = Installation(home, DJANGO_SUPERUSER_PASSWORD=password)
    installation.run("migrate", "--verbosity", "0")
    installation.run("createsuperuser", "--noinput", "--email", _EMAIL)
    installation.run("seed_demo", "--days", "45")
    others = [role for role in ROLES if role != "owner"]
    installation.run("shell", "--no-imports", "-c", _PEOPLE.format(roles=others))
    with installation.serve() as url:
        yield Server(url, _EMAIL, password)
