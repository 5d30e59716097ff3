"""The keys of stored secrets, read from the environment and from a file; none is ever shown."""

from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from core.encryption import fernet


def encryption_keys(given: Sequence[str], file: str) -> list[str]:
    """The keys of ENCRYPTION_KEYS, then those of ENCRYPTION_KEYS_FILE (one a line; lines with # are remarks).

    Raises ImproperlyConfigured that names the variable and the place of a key that is none.
    """
    keys = _sound("ENCRYPTION_KEYS", [key.strip() for key in given if key.strip()])
    if file:
        keys += _sound("ENCRYPTION_KEYS_FILE", _lines(Path(file).expanduser()))
    return list(dict.fromkeys(keys))


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise ImproperlyConfigured(
            f"ENCRYPTION_KEYS_FILE: {path} cannot be read: {error.strerror}."
        ) from error
    except UnicodeDecodeError:
        # Its message would show what the file holds.
        raise ImproperlyConfigured(f"ENCRYPTION_KEYS_FILE: {path} is no file of Fernet keys.") from None
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _sound(variable: str, keys: list[str]) -> list[str]:
    for place, key in enumerate(keys, 1):
        if fernet(key) is None:
            raise ImproperlyConfigured(
                f"{variable}: key {place} of {len(keys)} is not a Fernet key."
                " Make one with: python -c 'from cryptography.fernet import Fernet;"
                " print(Fernet.generate_key().decode())'"
            )
    return keys
