"""What the provider called a call, out of LiteLLM's record of it: by this other observers know it too."""

import re
from base64 import urlsafe_b64decode
from typing import Any

from integrations.sources.nested import member
from integrations.sources.values import text

_UUID = re.compile(r"(?:[a-z]+-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
"""Also after "chatcmpl-": what LiteLLM makes up where the provider's answer is no chat completion."""
_WRAPPED = re.compile(r"response_id:(\w+)")
_LONGEST = 200

_REQUEST_ID_HEADERS = (
    "llm_provider-request-id",
    "llm_provider-x-request-id",
    "llm_provider-x-amzn-requestid",
    "request-id",
    "x-request-id",
)


def response_id(record: dict[str, Any]) -> str:
    """The provider's id of its answer; empty where the record has only ids that LiteLLM made up."""
    found = text(member(record, "response").get("id") or record.get("request_id") or record.get("id"), 1_000)
    if found.startswith("resp_"):
        found = _unwrapped(found)
    made_up = not found or found == record.get("litellm_call_id") or _UUID.fullmatch(found)
    return "" if made_up or len(found) > _LONGEST else found


def request_id(record: dict[str, Any]) -> str:
    """What the provider's answer named in its headers; spend logs do not keep it."""
    headers = member(member(record, "hidden_params"), "additional_headers")
    found = next(filter(None, (text(headers.get(name), 1_000) for name in _REQUEST_ID_HEADERS)), "")
    return found if len(found) <= _LONGEST else ""


def _unwrapped(found: str) -> str:
    """Of the Responses API: LiteLLM packs "litellm:custom_llm_provider:…;response_id:resp_…" into an id."""
    packed = found.removeprefix("resp_")
    try:
        words = urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except ValueError:
        return found
    inner = _WRAPPED.search(words) if words.startswith("litellm:") else None
    return inner[1] if inner else found
