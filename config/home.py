"""The folder in which an installation keeps its state (COUNTINGHOUSE_HOME)."""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def open_folder(path: Path, *, private: bool = False) -> Path:
    """`path`, made if it is missing (`private`: for its owner alone).

    Raises ImproperlyConfigured when that is impossible.
    """
    try:
        path.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} cannot be made: {error.strerror}. Set COUNTINGHOUSE_HOME to a folder that you may write."
        ) from error
    return path


def local_fernet_key(home: Path) -> str:
    """The key of stored secrets of an installation that was given none."""
    return local_secret(home, "encryption_keys", make=lambda: Fernet.generate_key().decode())


def local_secret(home: Path, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(64)) -> str:
    """A key of an installation that was given none: made at the first start, its owner's alone.

    Several processes may start at once, so the file appears whole or not at all, and the first one wins.
    """
    path = home / name
    if not path.exists():
        try:
            handle, draft = tempfile.mkstemp(dir=home, prefix=f".{name}")
        except OSError as error:
            raise ImproperlyConfigured(
                f"{path} cannot be written: {error.strerror}. Set {name.upper()}, or make it writable."
            ) from error
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text(encoding="ascii").strip()
