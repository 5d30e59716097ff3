"""Parameters of tools as text to read: secrets masked by their names."""

import json
import re
from typing import Any

MASK = "••••••"
_SECRET_NAME = re.compile(
    r"secret|password|passwd|passphrase|\bpwd\b|api[-_ ]?key|private[-_ ]?key|access[-_ ]?key|authorization"
    r"|credential|cookie|(?:^|[-_ .])(?:auth|bearer|jwt)$|token$",
    re.IGNORECASE,
)
_DEEPEST = 50


def without_secrets(value: Any) -> Any:
    """JSON with `MASK` for what names say is secret: {"api_key": …}, also {"name": "API_KEY", "value": …}."""
    return _masked(value, 0)


def readable_text(value: Any) -> str:
    """The same as indented JSON; a string stands as it is. Not escaped: templates do that."""
    shown = without_secrets(value)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False, indent=2)


def _masked(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, list):
        return [_masked(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    named = value.get("name", value.get("key"))
    is_named_secret = isinstance(named, str) and _is_secret(named)
    return {
        name: MASK
        if item not in (None, "") and (_is_secret(name) or (is_named_secret and name == "value"))
        else _masked(item, depth + 1)
        for name, item in value.items()
    }


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None
