"""Taking secrets and conversations out of what is kept of a rejected record."""

import json
import re
from typing import Any

from integrations.sources.values import storable

KEPT_CHARACTERS = 8_000
_SCANNED_CHARACTERS = 4 * KEPT_CHARACTERS
"""What is looked through before the cut, so that a secret is never cut in the middle and left unnoticed."""

REMOVED = "[removed]"
_SENSITIVE_NAME = (
    r"[\w.-]*(?:api[-_]?keys?|secrets?|passwords?|passwd|authorization|cookies?|credentials?"
    r"|(?:access|auth|refresh|session|id|bearer)[-_]?tokens?|(?<![\w.-])token)"
)
_VALUE = r"""(?:\\"(?:(?!\\").)*(?:\\")?|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,;}\]"'\\]+)"""
_PATTERNS = (
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\g<1> {REMOVED}"),
    # A header or field whose name says that it is secret: api_key="…", "Authorization": "…", password=…
    (
        re.compile(rf"""((?<![\w.-])[\\"']*{_SENSITIVE_NAME}[\\"']*\s*[:=]\s*){_VALUE}""", re.IGNORECASE),
        rf'\g<1>"{REMOVED}"',
    ),
    # Keys known by their shape: OpenAI and Anthropic, GitHub, Google, AWS, Slack, Groq, xAI, JSON Web Tokens.
    (re.compile(r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}"), REMOVED),
    (re.compile(r"\b(?:gh[pousr]_|github_pat_|gsk_|xai-|hf_|xox[abprs]-)[A-Za-z0-9_-]{8,}"), REMOVED),
    # Our own ingest keys; their first part may be shown.
    (re.compile(r"\b(chk_[a-z]{12})_[A-Za-z0-9]{8,}"), rf"\g<1>_{REMOVED}"),
    (re.compile(r"\bAIza[A-Za-z0-9_-]{20,}"), REMOVED),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}"), REMOVED),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.?[A-Za-z0-9_-]*"), REMOVED),
)
_CONTENT = frozenset(
    {"messages", "response", "proxy_server_request", "content", "input", "output", "toolUseResult"}
    | {"request_body", "response_body", "prompt", "completion"}
)
"""Fields with what people and models said: none of it is needed to mend a record."""


def redacted(raw: str) -> str:
    """`raw` without secrets, cut at 8,000 characters, in a form that every database takes."""
    cleaned = storable(raw[:_SCANNED_CHARACTERS])
    for pattern, replacement in _PATTERNS:
        cleaned = pattern.sub(replacement, cleaned)
    return cleaned[:KEPT_CHARACTERS]


def record_text(record: dict[str, Any]) -> str:
    """A JSON record as text, without the words of a conversation; secrets are still in it."""
    return json.dumps(_without_content(record), ensure_ascii=False, default=str)


def _without_content(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "[left out]"
            if key in _CONTENT and isinstance(item, (str, list, dict))
            else _without_content(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without_content(item) for item in value]
    return value
