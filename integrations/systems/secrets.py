"""What must never be taken over: columns and fields whose name says that they hold a secret."""

import re
from collections.abc import Iterable
from typing import Any

REMOVED = "[removed]"

_NAME = re.compile(
    r"(?:^|_)(?:token|secret|password|passwd|password_hash|passphrase|api_?key|private_key|credentials?|cookie"
    r"|authorization|otp|salt)$"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_VALUE = re.compile(
    r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}|\b(?:gh[pousr]_|github_pat_|gsk_|xai-|hf_|xox[abprs]-)[A-Za-z0-9_-]{8,}"
    r"|\bAIza[A-Za-z0-9_-]{20,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}[.\w-]*"
    r"|\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}"
)
_FIELD = re.compile(
    r"""(?P<before>(?P<quote>\\*["'])(?P<name>[\w.-]{1,100})(?P=quote)\s*:\s*)"""
    r"""(?P<value>(?P=quote)(?:(?!(?<!\\)(?P=quote)).)*(?P=quote)?|[^\s"'\\,}\]\[{]+)""",
    re.DOTALL,
)
"""A field of JSON in a text, also one that is broken, cut off or encoded twice."""

_SHORTEST = 6
"""A shorter value is not looked for elsewhere: it may be a word."""


def is_secret_name(name: str) -> bool:
    """Whether a column or field of this name holds a secret: api_key, providerApiKey, Access-Token."""
    return bool(_NAME.search(_CAMEL.sub("_", name).replace("-", "_").lower()))


def without_secrets(value: Any, known: Iterable[str] = ()) -> Any:
    """A JSON value without secret fields, what looks like keys, and all of `known`: in texts of JSON too."""
    if isinstance(value, dict):
        return {
            name: REMOVED if is_secret_name(name) and item not in (None, "") else without_secrets(item, known)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(item, known) for item in value]
    if not isinstance(value, str):
        return value
    for secret in sorted(known, key=len, reverse=True):
        value = value.replace(secret, REMOVED)
    return _VALUE.sub(REMOVED, _FIELD.sub(_removed, value) if "{" in value else value)


def _removed(field: re.Match[str]) -> str:
    quote, value = field["quote"], field["value"]
    if not is_secret_name(field["name"]):
        # The value may be JSON itself, one level deeper.
        return field["before"] + _FIELD.sub(_removed, value)
    return field[0] if value in ("null", quote * 2) else f"{field['before']}{quote}{REMOVED}{quote}"


def secrets_in(value: Any) -> frozenset[str]:
    """The values of secret fields in a JSON value, or in JSON that is text: to be looked for elsewhere."""
    if isinstance(value, dict):
        own = (str(item) for name, item in value.items() if is_secret_name(name))
        found = frozenset(own).union(*map(secrets_in, value.values()))
    elif isinstance(value, list):
        found = frozenset[str]().union(*map(secrets_in, value))
    elif isinstance(value, str) and "{" in value:
        fields = [(field["name"], field["value"].strip("\\\"'")) for field in _FIELD.finditer(value)]
        own = (item for name, item in fields if is_secret_name(name))
        found = frozenset(own).union(*(secrets_in(item) for name, item in fields if not is_secret_name(name)))
    else:
        found = frozenset()
    return frozenset(each for each in found if len(each) >= _SHORTEST)
