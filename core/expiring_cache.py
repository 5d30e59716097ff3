"""A cache in files that forgets what has expired, and nothing else.

Django's own throws a random third away when it holds 300 entries: a few hundred failed sign-ins anywhere
would make it forget whose account is closed for a while.
"""

import secrets
from pathlib import Path

from django.core.cache.backends.filebased import FileBasedCache

_LOOKS_EVERY = 50
"""Writes, on average, between two looks for expired files: each file costs an open."""


class ExpiringFileCache(FileBasedCache):
    """Its size follows from how much is written within the longest time-out."""

    def _cull(self) -> None:
        if secrets.randbelow(_LOOKS_EVERY) == 0:
            self.forget_expired()

    def forget_expired(self) -> int:
        """Remove what has expired; returns how many files that were."""
        return sum(self._is_gone(path) for path in self._list_cache_files())  # type: ignore[attr-defined]

    def _is_gone(self, path: str) -> bool:
        try:
            with Path(path).open("rb") as file:
                return bool(self._is_expired(file))  # type: ignore[attr-defined]
        except FileNotFoundError:
            # Another process was quicker.
            return False
