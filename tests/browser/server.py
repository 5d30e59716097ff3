"""The product as an operator starts it, with demo data."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import Installation

_EMAIL = "owner@example.com"


@dataclass(frozen=True, slots=True)
class Server:
    """A running installation and the owner's account in it."""

    url: str
    email: str
    password: str


@contextmanager
def serve(home: Path) -> Iterator[Server]:
    """An installation in `home` with 45 days of demo data, served until the block ends."""
    password = secrets.token_urlsafe(16)
    installation = Installation(home, DJANGO_SUPERUSER_PASSWORD=password)
    installation.run("migrate", "--verbosity", "0")
    installation.run("createsuperuser", "--noinput", "--email", _EMAIL)
    installation.run("seed_demo", "--days", "45")
    with installation.serve() as url:
        yield Server(url, _EMAIL, password)
