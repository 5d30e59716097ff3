"""The keys that sign the audit log: those that were given, then the one that an earlier start made here."""

from collections.abc import Sequence
from pathlib import Path

from config.home import local_secret

_NAME = "audit_key"


def audit_keys(home: Path, given: Sequence[str]) -> list[str]:
    """Newest first. A key file in `home` stays among them: it signed what came before AUDIT_KEYS was set."""
    keys = [key.strip() for key in given if key.strip()]
    if not keys or (home / _NAME).exists():
        keys.append(local_secret(home, _NAME))
    return list(dict.fromkeys(keys))
